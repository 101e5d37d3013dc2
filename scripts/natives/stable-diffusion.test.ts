import { dlopen, FFIType } from "bun:ffi";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { IMAGE_LIBRARY_NAMES } from "../../src/native/image-library.ts";
import { StableDiffusion } from "../../src/native/stable-diffusion.ts";
import { copyImageLibrary, imageLibraryResult } from "../build/image-library.ts";
import { compileStableDiffusion } from "./compile-stable-diffusion.ts";
import { checkSource, fetchSource, type PinnedRelease } from "./stable-diffusion-source.ts";

const NATIVE = resolve(import.meta.dir, "../../src/native");
const folder = mkdtempSync(join(tmpdir(), "cll-build-sd-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function git(where: string, ...args: string[]): string {
  const name = [
    "-c",
    "user.name=Test",
    "-c",
    "user.email=test@example.com",
    "-c",
    "protocol.file.allow=always",
  ];
  const { success, stdout, stderr } = Bun.spawnSync(["git", ...name, ...args], { cwd: join(folder, where) });
  if (!success) throw new Error(String(stderr));
  return stdout.toString().trim();
}

function commit(where: string, file: string, content: string): string {
  mkdirSync(join(folder, where), { recursive: true });
  writeFileSync(join(folder, where, file), content);
  git(where, "init", "--quiet");
  git(where, "add", ".");
  git(where, "commit", "--quiet", "-m", content);
  return git(where, "rev-parse", "HEAD");
}

describe("the source", () => {
  let pinned: PinnedRelease;
  const source = join(folder, "source");

  beforeAll(() => {
    process.env.GIT_ALLOW_PROTOCOL = "file";
    commit("ggml", "ggml.c", "one");
    commit("upstream", "sd.c", "first");
    git("upstream", "submodule", "--quiet", "add", join(folder, "ggml"), "ggml");
    const id = commit("upstream", "sd.c", "second");
    pinned = { repository: join(folder, "upstream"), release: "test-2", commit: id };
  });
  afterAll(() => {
    delete process.env.GIT_ALLOW_PROTOCOL;
  });

  test("is fetched with its parts, once, and is the pinned one", async () => {
    await fetchSource(source, pinned);
    await fetchSource(source, { ...pinned, repository: "/nonexistent" });
    await checkSource(source, pinned);
    expect(await Bun.file(join(source, "ggml/ggml.c")).text()).toBe("one");
  });

  test("of another release, changed, or with another part is refused", async () => {
    const other = checkSource(source, { ...pinned, commit: "7f410a3793c5bba8eb198e962ce7a3d6095f9d89" });
    expect(await other.catch(({ message }) => message)).toContain("but test-2 is 7f410a3");
    writeFileSync(join(source, "sd.c"), "something else");
    expect(await checkSource(source, pinned).catch(({ message }) => message)).toContain("has been changed");
    git("source", "checkout", "--quiet", "sd.c");
    commit("source/ggml", "ggml.c", "two");
    expect(await checkSource(source, pinned).catch(({ message }) => message)).toMatch(/changed|submodule/);
  });
});

describe.skipIf(Bun.which("cmake") === null || process.platform !== "linux")(
  "the library (needs Linux and cmake)",
  () => {
    test("is one file that shows the shim alone, and the build takes it in", async () => {
      const stand = join(folder, "stand-in");
      mkdirSync(stand);
      cpSync(join(NATIVE, "testing/stable-diffusion"), stand, { recursive: true });
      writeFileSync(
        join(stand, "CMakeLists.txt"),
        `add_library(stable-diffusion STATIC fake-stable-diffusion.cpp)
         target_include_directories(stable-diffusion PUBLIC \${CMAKE_CURRENT_SOURCE_DIR})\n`,
      );
      const natives = join(folder, "natives");
      const out = await compileStableDiffusion({
        gpu: "none",
        release: "test-2",
        shim: join(NATIVE, "sd-shim"),
        source: stand,
        work: join(folder, "work"),
      });
      expect(await copyImageLibrary(folder, natives, "linux-x64", "none")).toBeFalse();
      cpSync(out, imageLibraryResult(natives, "linux-x64", "none"), { recursive: true });
      expect(await copyImageLibrary(folder, natives, "linux-x64", "none")).toBeTrue();
      const library = join(folder, "lib/stable-diffusion", IMAGE_LIBRARY_NAMES["linux-x64"]);
      expect(new StableDiffusion(library).release).toBe("test-2");
      const inner = { generate_image: { args: [], returns: FFIType.i32 } };
      expect(() => dlopen(library, inner)).toThrow("generate_image");
    }, 180_000);
  },
);
