import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { GpuChoice } from "../build/arguments.ts";
import { runTool } from "../build/run-tool.ts";

/** The library alone, for every processor since 2013 (Haswell, Excavator), without what only upstream's programs need. */
const COMMON = [
  "-DCMAKE_BUILD_TYPE=Release",
  "-DBUILD_SHARED_LIBS=OFF",
  "-DSD_BUILD_SHARED_LIBS=OFF",
  "-DSD_BUILD_EXAMPLES=OFF",
  "-DSD_WEBP=OFF",
  "-DSD_WEBM=OFF",
  "-DGGML_NATIVE=OFF",
  "-DGGML_AVX=ON",
  "-DGGML_AVX2=ON",
  "-DGGML_FMA=ON",
  "-DGGML_F16C=ON",
  "-DGGML_BMI2=ON",
  // Its runtime would have to be installed; ggml has threads of its own.
  "-DGGML_OPENMP=OFF",
  "-DGGML_CCACHE=OFF",
  // On Windows: no Visual C++ runtime to install.
  "-DCMAKE_POLICY_DEFAULT_CMP0091=NEW",
  "-DCMAKE_MSVC_RUNTIME_LIBRARY=MultiThreaded",
];

/** CUDA code for RTX 20, 30 and 40; newer cards translate the last when they first see it. */
const FLAVOURS: Readonly<Record<GpuChoice, readonly string[]>> = {
  none: [],
  vulkan: ["-DSD_VULKAN=ON"],
  cuda: ["-DSD_CUDA=ON", "-DCMAKE_CUDA_ARCHITECTURES=75-real;86-real;89"],
};

export interface Compilation {
  readonly gpu: GpuChoice;
  readonly release: string;
  /** The shim and its CMakeLists.txt. */
  readonly shim: string;
  readonly source: string;
  /** For what the compiler writes. */
  readonly work: string;
}

/**
 * Compiles shim and library into one file.
 * @returns the folder it lies in
 * @throws BuildError
 */
export async function compileStableDiffusion({
  gpu,
  release,
  shim,
  source,
  work,
}: Compilation): Promise<string> {
  const generator = Bun.which("ninja") !== null && process.platform !== "win32" ? ["-G", "Ninja"] : [];
  const folders = ["-S", shim, "-B", work, `-DSD_SOURCE_DIR=${source}`, `-DSD_SHIM_RELEASE=${release}`];
  await runTool("cmake", [...generator, ...folders, ...COMMON, ...FLAVOURS[gpu]], source);
  const jobs = String(Math.max(1, availableParallelism() - 1));
  await runTool("cmake", ["--build", work, "--config", "Release", "--parallel", jobs], source);
  return join(work, "out");
}
