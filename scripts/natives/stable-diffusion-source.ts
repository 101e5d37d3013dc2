import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { BuildError } from "../build/build-error.ts";
import { runTool } from "../build/run-tool.ts";

/** What src/native/sd-shim/release.json says. */
export interface PinnedRelease {
  readonly repository: string;
  readonly release: string;
  /** Its full id: git computes it from the content of every file, so it is the source's checksum as well. */
  readonly commit: string;
}

/** Parts of upstream that are repositories of their own and that the library needs; the others serve its programs. */
const SUBMODULES = ["ggml"];

/**
 * Fetches the source into a folder, unless it is there.
 * @throws BuildError
 */
export async function fetchSource(folder: string, { repository, commit }: PinnedRelease): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const git = (...args: string[]) => runTool("git", ["-c", "transfer.fsckObjects=true", ...args], unfinished);
  await git("init", "--quiet");
  await git("fetch", "--quiet", "--depth", "1", repository, commit);
  await git("checkout", "--quiet", "--detach", "FETCH_HEAD");
  await git("submodule", "--quiet", "update", "--init", "--depth", "1", "--", ...SUBMODULES);
  await rename(unfinished, folder);
}

/**
 * Makes sure that a folder holds the pinned release and nothing else.
 * @throws BuildError
 */
export async function checkSource(folder: string, { release, commit }: PinnedRelease): Promise<void> {
  if (!existsSync(folder)) throw new BuildError(`there is no folder ${folder}`);
  const git = (...args: string[]) => runTool("git", args, folder);
  const found = (await git("rev-parse", "HEAD")).trim();
  if (found !== commit)
    throw new BuildError(`${folder} is at commit ${found}, but ${release} is ${commit}; check that one out`);
  const changed = (await git("status", "--porcelain", "--untracked-files=no")).trim();
  if (changed !== "") throw new BuildError(`${folder} has been changed: ${changed.split("\n")[0]}`);
  for (const name of SUBMODULES) {
    const status = await git("submodule", "status", "--", name);
    // A blank in front says that it is there and at the commit that the release names.
    if (!status.startsWith(" "))
      throw new BuildError(`${folder}/${name} is not as the release has it; run git submodule update --init`);
  }
}
