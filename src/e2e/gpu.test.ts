import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Nvml } from "../native/nvml.ts";
import { canBuildFakeNvml, FakeNvml } from "../native/testing/build-fake-nvml.ts";
import { ends } from "../testing/process-end.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(async () => {
  await harness.close();
});

function hasDriver(): boolean {
  try {
    new Nvml().close();
    return true;
  } catch {
    return false;
  }
}

const INFERENCE = "SELECT * FROM performance_metrics WHERE status = 'succeeded' ORDER BY id DESC LIMIT 1";
const SYSTEM = "SELECT * FROM system_metrics ORDER BY id DESC LIMIT 1";

async function askedOnce(): Promise<void> {
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.answerWith("Paris.", question.id);
}

async function notices(url: string): Promise<string[]> {
  const response = await fetch(`${url}/readyz`);
  return ((await response.json()) as { notices: string[] }).notices;
}

describe.skipIf(!canBuildFakeNvml)("with a library that has NVML's ABI (needs Linux and cc)", () => {
  let fake: FakeNvml;

  beforeEach(() => {
    fake = new FakeNvml();
  });
  afterEach(() => fake.remove());

  test("a GPU that is lost is told once, and found again", async () => {
    fake.play("init 9");
    const service = await harness.runReady({ LD_LIBRARY_PATH: fake.folder, PATH: fake.folder });
    const lost = await service.logged(({ message }) => message === "No GPU figures can be read");
    expect(lost).toMatchObject({ level: "warn", error: { code: "GPU_UNAVAILABLE" } });
    expect((await notices(service.url)).filter((each) => each.startsWith("GPU: "))).toEqual([
      "GPU: The NVIDIA driver is not loaded. [nvmlInit: Driver Not Loaded (9)]",
    ]);

    fake.play("gpus 2", "name 0 NVIDIA RTX 4090", "used 0 2000", "used 1 48", "utilization 1 77");
    const back = await service.logged(({ message }) => message === "The GPU is back");
    expect(back).toMatchObject({
      gpus: ["NVIDIA RTX 4090", "Test GPU 1"],
      driver: "570.86.15",
      vram_used_mb: 2048,
      vram_total_mb: 16384,
      gpu_utilization_percent: 77,
    });
    expect((await notices(service.url)).filter((each) => each.startsWith("GPU: "))).toEqual([]);
    await service.stop();
    expect(service.log.filter(({ message }) => message === "No GPU figures can be read")).toHaveLength(1);
  });

  test("every inference tells the memory and load of the GPUs, in the log and in the database", async () => {
    fake.play("gpus 2", "used 0 3000", "utilization 0 91");
    const service = await harness.runReady({ LD_LIBRARY_PATH: fake.folder });
    await askedOnce();
    const entry = await service.logged(({ message }) => message === "inference done");
    expect(entry).toMatchObject({
      vram_used_mb: 4024,
      vram_total_mb: 16384,
      gpu_utilization_percent: 91,
      model: "CanvusLocalLLM demo",
      quantization: "F16",
      context_size: expect.any(Number),
    });
    expect(entry.correlation_id).toBeString();
    await service.stop();

    const [row = {}] = harness.query(INFERENCE);
    expect(row).toMatchObject({
      engine: "text",
      device: "off",
      vram_before_mb: 4024,
      vram_after_mb: 4024,
      gpu_utilization_percent: 91,
      model_path: expect.stringMatching(/demo/),
      gpu_compute_ms: null, // the engine does not tell
    });
    const figures = [
      "prompt_ms",
      "generation_ms",
      "prompt_tokens_per_second",
      "completion_tokens_per_second",
    ];
    for (const figure of figures) expect(Number(row[figure])).toBeGreaterThan(0);
    expect(row.total_tokens).toBe(Number(row.prompt_tokens) + Number(row.completion_tokens));
    expect(harness.query(SYSTEM)[0]).toMatchObject({ vram_used_mb: 4024, vram_total_mb: 16384 });
  });

  test("a stop waits until the driver has taken the memory of the model process back", async () => {
    fake.play("gpus 1");
    const service = await harness.runReady({ LD_LIBRARY_PATH: fake.folder, LLAMA_GPU: "auto" });
    const [runner = 0] = await service.children();
    fake.play(`process 0 ${runner} 512`);
    await askedOnce();
    await service.logged(({ message }) => message === "inference done");
    service.kill("SIGTERM");
    expect(await ends(runner)).toBe(true);
    expect(service.log.filter(({ message }) => message === "shutdown: models stopped")).toEqual([]);
    fake.play("gpus 1");
    expect(await service.exited).toBe(143);
    const freed = service.log.find(({ message }) => message === "GPU memory of the model process is free");
    expect(freed).toMatchObject({ pid: runner, freed_mb: 512 });
  });

  test("a driver that hangs keeps nobody waiting: not the start, not an answer, not the stop", async () => {
    fake.play("delay 600000");
    const service = await harness.runReady({ LD_LIBRARY_PATH: fake.folder });
    await askedOnce();
    const begun = performance.now();
    expect(await service.stop()).toBe(143);
    // Of the 10 minutes that the call takes, nothing is waited for.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe.skipIf(hasDriver())("without an NVIDIA driver (skipped where there is one)", () => {
  test("nothing complains", async () => {
    const service = await harness.runReady();
    await askedOnce();
    const entry = await service.logged(({ message }) => message === "inference done");
    await service.stop();
    expect(Object.keys(entry).filter((field) => /vram|gpu_/.test(field))).toEqual([]);
    expect(harness.query(INFERENCE)[0]).toMatchObject({
      vram_before_mb: null,
      vram_after_mb: null,
      gpu_utilization_percent: null,
    });
    expect(harness.query(SYSTEM)[0]).toMatchObject({ vram_used_mb: null, vram_total_mb: null });
    expect(service.log.filter((line) => /gpu|nvidia/i.test(line.message))).toEqual([]);
    expect(await service.exited).toBe(143);
  });
});
