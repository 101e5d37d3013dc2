// Builds the library that draws pictures (stable-diffusion.cpp with our shim) from its pinned source. The result lies in
// .tools/natives/stable-diffusion-RELEASE-TARGET-GPU and goes into every later `bun run build` for that target and GPU.
// Needs git, cmake and a C++ compiler; for vulkan its headers and glslc, for cuda the CUDA toolkit.
import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { IMAGE_LIBRARY_NAMES } from "../../src/native/image-library.ts";
import pinned from "../../src/native/sd-shim/release.json" with { type: "json" };
import { GPU_CHOICES, type GpuChoice } from "../build/arguments.ts";
import { imageLibraryResult } from "../build/image-library.ts";
import { runScript } from "../build/run-script.ts";
import { parseOptions, UsageError } from "../build/usage-error.ts";
import { compileStableDiffusion } from "./compile-stable-diffusion.ts";
import { checkSource, fetchSource } from "./stable-diffusion-source.ts";

const ROOT = resolve(import.meta.dir, "../..");
const SHIM = join(ROOT, "src/native/sd-shim");
const USAGE = `usage: bun scripts/natives/build-stable-diffusion.ts [--gpu ${GPU_CHOICES.join("|")}] [--source DIR] [--natives .tools/natives]`;
/** Of the works that go into the library. */
const LICENCES = { "LICENSE.stable-diffusion.cpp": "LICENSE", "LICENSE.ggml": "ggml/LICENSE" };

interface Arguments {
  readonly gpu: GpuChoice;
  /** A checkout of the pinned release; null: fetched. */
  readonly source: string | null;
  readonly natives: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @throws UsageError */
function parse(argv: readonly string[]): Arguments {
  const options = {
    gpu: { type: "string", default: "none" },
    source: { type: "string" },
    natives: { type: "string", default: join(ROOT, ".tools/natives") },
  } as const;
  const values = parseOptions(argv, options);
  const gpu = GPU_CHOICES.find((choice) => choice === values.gpu);
  if (gpu === undefined) throw new UsageError(`unknown GPU choice "${values.gpu}"`);
  const source = values.source === undefined ? null : resolve(values.source);
  return { gpu, source, natives: resolve(values.natives) };
}

async function main(argv: readonly string[]): Promise<void> {
  const { gpu, source: given, natives } = parse(argv);
  const target = process.platform === "win32" ? "windows-x64" : "linux-x64";
  await mkdir(natives, { recursive: true });
  const source = given ?? join(natives, `stable-diffusion-${pinned.release}.source`);
  if (given === null) {
    say(`fetching stable-diffusion.cpp ${pinned.release}`);
    await fetchSource(source, pinned);
  }
  await checkSource(source, pinned);

  const result = imageLibraryResult(natives, target, gpu);
  const work = `${result}.work`;
  say(`compiling for ${target}, GPU: ${gpu}; this takes minutes, with cuda up to an hour`);
  await rm(work, { recursive: true, force: true });
  const out = await compileStableDiffusion({ gpu, release: pinned.release, shim: SHIM, source, work });
  await keep(source, join(out, IMAGE_LIBRARY_NAMES[target]), result, IMAGE_LIBRARY_NAMES[target]);
  await rm(work, { recursive: true, force: true });
  say(`${relative(process.cwd(), result)} is there; \`bun run build --gpu ${gpu}\` takes it in`);
}

async function keep(source: string, library: string, result: string, name: string): Promise<void> {
  const unfinished = `${result}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await cp(library, join(unfinished, name));
  for (const [ours, theirs] of Object.entries(LICENCES))
    await cp(join(source, theirs), join(unfinished, ours));
  const sha256 = new Bun.CryptoHasher("sha256").update(await Bun.file(library).bytes()).digest("hex");
  await writeFile(join(unfinished, "SHA256SUMS"), `${sha256}  ${name}\n`);
  await rm(result, { recursive: true, force: true });
  await rename(unfinished, result);
}

await runScript("build-stable-diffusion", USAGE, main);
