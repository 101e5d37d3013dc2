import { Nvml, NvmlMissing } from "../../native/nvml.ts";
import { type Check, type CheckResult, fail, ok, warn } from "../check.ts";

const QUERY = "name,driver_version,memory.used,memory.total";
const MEBIBYTE = 1024 ** 2;

/** Whether the driver knows a card; whether the engine can use it is for the engine's own line to say. */
export const gpu: Check = {
  name: "gpu",
  title: "Graphics card",
  async run({ settings }, signal) {
    const wanted = settings.LLAMA_GPU ?? "auto";
    if (wanted === "off") return ok("not used (LLAMA_GPU=off)");
    const found = await askDriver(signal);
    if ("cards" in found && found.cards.length > 0) return ok(found.cards.join("; "));
    const why = "failure" in found ? found.failure : "the NVIDIA driver knows no card";
    return judge(wanted, why);
  },
};

function judge(wanted: "auto" | "cuda" | "vulkan", why: string): CheckResult {
  if (wanted === "cuda") {
    return {
      ...fail(
        `LLAMA_GPU=cuda, but ${why}`,
        "Install the NVIDIA driver until `nvidia-smi` shows the card, or set LLAMA_GPU to auto or off.",
      ),
      code: "ENGINE_UNAVAILABLE",
    };
  }
  if (wanted === "vulkan") return ok(`${why}; Vulkan may use another card, see the line "Engine"`);
  if (/is installed|no card/.test(why)) return ok(`${why}; the processor computes`);
  return warn(`${why}; the processor computes`, "Repair the driver until `nvidia-smi` shows the card.");
}

type Answer = { readonly cards: readonly string[] } | { readonly failure: string };

/** NVML is the driver's own library; nvidia-smi answers where it cannot be loaded into this process. */
async function askDriver(signal: AbortSignal): Promise<Answer> {
  const answer = askNvml();
  if ("cards" in answer) return answer;
  const second = await askTool(signal);
  return second === null || "failure" in second ? answer : second;
}

function askNvml(): Answer {
  try {
    const nvml = new Nvml();
    try {
      nvml.init();
      const driver = nvml.driverVersion() ?? "unknown";
      const cards = Array.from({ length: nvml.deviceCount() }, (_, index) => {
        const device = nvml.device(index);
        const { totalBytes, usedBytes } = nvml.memory(device);
        return describe(
          nvml.name(device),
          driver,
          Number(usedBytes) / MEBIBYTE,
          Number(totalBytes) / MEBIBYTE,
        );
      });
      nvml.shutdown();
      return { cards };
    } finally {
      nvml.close();
    }
  } catch (error) {
    if (error instanceof NvmlMissing) return { failure: "no NVIDIA driver is installed" };
    return { failure: `the NVIDIA driver does not work (${error instanceof Error ? error.message : error})` };
  }
}

/** @returns null when there is no such tool */
async function askTool(signal: AbortSignal): Promise<Answer | null> {
  if (Bun.which("nvidia-smi") === null) return null;
  const child = Bun.spawn(["nvidia-smi", `--query-gpu=${QUERY}`, "--format=csv,noheader,nounits"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    signal,
  });
  const [output, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  if (code !== 0) return { failure: `nvidia-smi ends with ${code}` };
  return {
    cards: lines.map((line) => {
      const [name = "?", driver = "?", used, total] = line.split(",").map((part) => part.trim());
      return describe(name, driver, Number(used), Number(total));
    }),
  };
}

function describe(name: string, driver: string, usedMib: number, totalMib: number): string {
  return `${name}, driver ${driver}, ${Math.round(usedMib)} of ${Math.round(totalMib)} MiB used`;
}
