import { existsSync } from "node:fs";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { type BuildArguments, parseBuildArguments, TARGETS, USAGE } from "./build/arguments.ts";
import { BuildError } from "./build/build-error.ts";
import { type EnginePackages, locateEngine } from "./build/engine-packages.ts";
import { copyImageLibrary } from "./build/image-library.ts";
import { llamaPlugin } from "./build/llama-plugin.ts";
import { copyNativeFiles } from "./build/native-files.ts";
import { publish } from "./build/publish.ts";
import { runScript } from "./build/run-script.ts";
import { copyVisionLibrary } from "./build/vision-library.ts";
import { windowsRuntime } from "./build/windows-runtime.ts";
import { copyServiceWrapper } from "./build/windows-service.ts";

const ROOT = resolve(import.meta.dir, "..");

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function gitCommit(): string {
  const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { cwd: ROOT, stderr: "ignore" });
  return git.success ? git.stdout.toString().trim() : "unknown";
}

async function compile(
  options: BuildArguments,
  stage: string,
  engine: EnginePackages,
  runtime: string | null,
): Promise<void> {
  const { target, version, metafile } = options;
  // Workers are started by URL at run time, so the bundler must be told about them.
  const workers = ["src/storage/worker.ts", "src/storage/query-worker.ts", "src/observability/gpu-worker.ts"]
    .map((path) => join(ROOT, path))
    .filter((path) => existsSync(path));
  const result = await Bun.build({
    entrypoints: [join(ROOT, "src/main.ts"), ...workers],
    // Identifiers must stay: Elysia reads the source of its handlers and fails on renamed ones.
    minify: { whitespace: true, syntax: true, identifiers: false },
    // A start reads compiled code, and of that only what its command needs: half the time until a canvas is watched.
    format: "esm",
    bytecode: true,
    splitting: true,
    define: {
      BUILD_VERSION: JSON.stringify(version),
      BUILD_COMMIT: JSON.stringify(gitCommit()),
    },
    plugins: [llamaPlugin(engine)],
    metafile: metafile !== null,
    throw: false,
    compile: {
      target: TARGETS[target].bun,
      outfile: join(stage, TARGETS[target].executableName),
      ...(runtime === null ? {} : { executablePath: runtime }),
      // A stray .env or bunfig.toml in the working directory must not change the service.
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
  });
  if (result.success && metafile !== null) await writeFile(metafile, JSON.stringify(result.metafile));
  if (result.success) return;
  throw new BuildError(["the bundler reported:", ...result.logs.map(String)].join("\n  "));
}

async function build(options: BuildArguments): Promise<void> {
  const { executableName } = TARGETS[options.target];
  const engine = await locateEngine(ROOT, options, say);
  const stage = join(options.outdir, `.stage-${process.pid}`);
  await mkdir(stage, { recursive: true });
  try {
    say(`compiling ${executableName} for ${options.target}`);
    const isWindows = options.target === "windows-x64";
    const runtime = isWindows ? await windowsRuntime(ROOT, stage, options.version) : null;
    await compile(options, stage, engine, runtime);
    say(`copying native files (GPU: ${options.gpu})`);
    await copyNativeFiles(stage, engine);
    const { natives, target, gpu } = options;
    await copyVisionLibrary(ROOT, stage, target, gpu, say);
    if (!(await copyImageLibrary(stage, natives, target, gpu)))
      say("without the library for pictures; scripts/natives/build-stable-diffusion.ts builds it");
    const wrapper = isWindows ? await copyServiceWrapper(ROOT, stage) : [];
    await publish(stage, options.outdir, ["lib", executableName, ...wrapper]);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const options = parseBuildArguments(argv);
  if (options === null) {
    say(USAGE);
    return;
  }
  const begun = performance.now();
  await build(options);
  const executable = join(options.outdir, TARGETS[options.target].executableName);
  const megabytes = Math.round((await stat(executable)).size / 1e6);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  say(`built ${relative(process.cwd(), executable)} (${megabytes} MB) in ${seconds} s`);
}

await runScript("build", USAGE, main);
