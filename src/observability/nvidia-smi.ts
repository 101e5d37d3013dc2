import type { GpuResult, GpuSnapshot } from "./gpu-snapshot.ts";

const QUERY = "--query-gpu=index,name,memory.used,memory.total,utilization.gpu,driver_version";
const FORMAT = "--format=csv,noheader,nounits";
/** It wakes sleeping GPUs up one after the other; a hung driver hangs it for ever. */
const TIMEOUT_MS = 10_000;
/** Far above one line for each of the 16 GPUs that the largest machines have. */
const MAX_OUTPUT_BYTES = 64 * 1024;
/** What it needs of the environment; the service's has secrets in it. */
const NAMES = ["PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP"];

/** NVIDIA's own command as source of the figures: slow (a process, up to a second), so only the second choice. */
export async function readNvidiaSmi(): Promise<GpuResult> {
  const program = Bun.which("nvidia-smi", { PATH: process.env.PATH ?? "" });
  if (program === null) return missing("There is no nvidia-smi.");
  try {
    const child = Bun.spawn([program, QUERY, FORMAT], {
      env: Object.fromEntries(NAMES.flatMap((name) => entry(name, process.env[name]))),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      maxBuffer: MAX_OUTPUT_BYTES,
      windowsHide: true,
    });
    const output = await new Response(child.stdout).text();
    return parseNvidiaSmi(output, await child.exited);
  } catch (error) {
    return failed(`nvidia-smi cannot be run: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Takes `index, name, used, total, utilization, driver` lines; values that are not known read `[N/A]` or the like. */
export function parseNvidiaSmi(output: string, exitCode: number): GpuResult {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const gpus = lines.flatMap((line) => parseLine(line) ?? []);
  const [first = "no output"] = lines;
  if (gpus.length === 0 && /no devices were found/i.test(first)) return missing("nvidia-smi finds no GPU.");
  if (gpus.length === 0) return failed(`nvidia-smi failed (exit code ${exitCode}): ${first.slice(0, 200)}`);
  const unreadable = lines
    .filter((line) => parseLine(line) === null)
    .map((line) => `nvidia-smi: ${line.trim().slice(0, 200)}`);
  return { reading: { source: "nvidia-smi", gpus, unreadable, cuda: null } };
}

function parseLine(line: string): GpuSnapshot | null {
  // A name might hold a comma, so the others are counted from the ends.
  const parts = line.split(",").map((part) => part.trim());
  const [index = "", ...rest] = parts;
  const [used, total, utilization, driver = ""] = rest.slice(-4);
  const name = rest.slice(0, -4).join(", ");
  const [number, usedMb, totalMb] = [index, used, total].map(numberOf);
  if (number == null || usedMb == null || totalMb == null || name === "") return null;
  return {
    index: number,
    name,
    vram_used_mb: usedMb,
    vram_total_mb: totalMb,
    gpu_utilization_percent: numberOf(utilization),
    driver,
  };
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

function entry(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function missing(message: string): GpuResult {
  return { failure: { kind: "missing", message } };
}

function failed(message: string): GpuResult {
  return { failure: { kind: "failed", message } };
}
