import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { copyFile, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SHIM = join(import.meta.dir, "../sd-shim");
const UPSTREAM = join(import.meta.dir, "stable-diffusion");
const SOURCES = [join(SHIM, "sd_shim.cpp"), join(UPSTREAM, "fake-stable-diffusion.cpp")];
const HEADERS = [
  join(SHIM, "sd_shim.h"),
  ...["stable-diffusion.h", "ggml-backend.h"].map((name) => join(UPSTREAM, name)),
];
const compiler = Bun.which("c++");

/** Compiling takes seconds, on a busy machine many. */
export const BUILD_TIMEOUT_MS = 120_000;

/** Whether the tests that need the library can run at all. They must say so when not. */
export const canBuildFakeStableDiffusion = compiler !== null && process.platform === "linux";

/** The real shim over a library of our own that draws test pictures; what it plays can be changed between calls. */
export class FakeStableDiffusion {
  readonly folder = mkdtempSync(join(tmpdir(), "cll-sd-"));
  readonly path = join(this.folder, "libcanvuslocallm-sd.so");
  /** A file that it takes for a model. */
  readonly modelPath = join(this.folder, "fox.safetensors");

  /** @param flags for the compiler, such as `-DSD_SHIM_ABI=99` */
  static async build(...flags: string[]): Promise<FakeStableDiffusion> {
    const compiled = await compile(flags);
    const fake = new FakeStableDiffusion();
    // The shortest file that looks like one: the length of its header, and an empty header.
    writeFileSync(fake.modelPath, Buffer.from("\u0002\0\0\0\0\0\0\0{}", "latin1"));
    await copyFile(compiled, fake.path);
    return fake;
  }

  /** What it plays from now on; see fake-stable-diffusion.cpp. */
  play(...lines: string[]): void {
    writeFileSync(`${this.path}.control`, `${lines.join("\n")}\n`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Once for all tests that want the same: the file's name tells what it was made from. */
async function compile(flags: readonly string[]): Promise<string> {
  const texts = await Promise.all([...SOURCES, ...HEADERS].map((path) => readFile(path, "utf8")));
  const key = Bun.hash(JSON.stringify([texts, flags])).toString(36);
  const library = join(tmpdir(), `cll-fake-sd-${key}.so`);
  if (await Bun.file(library).exists()) return library;
  const options = ["-std=c++17", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"];
  const folders = ["-I", SHIM, "-I", UPSTREAM];
  const unfinished = `${library}.${process.pid}`;
  const command = [compiler ?? "c++", ...options, ...folders, ...flags, "-o", unfinished, ...SOURCES];
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "pipe" });
  const complaint = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) {
    await rm(unfinished, { force: true });
    throw new Error(`the shim does not compile: ${complaint}`);
  }
  await rename(unfinished, library);
  return library;
}
