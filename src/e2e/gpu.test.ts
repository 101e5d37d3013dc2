import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Nvml } from "../native/nvml.ts";
import { canBuildFakeNvml, FakeNvml } from "../native/testing/build-fake-nvml.ts";
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

  test("a driver that hangs keeps nobody waiting: not the start, not an answer, not the stop", async () => {
    fake.play("delay 600000");
    const service = await harness.runReady({ LD_LIBRARY_PATH: fake.folder });
    const question = await harness.canvas.addNote("{{What is the capital of France?}}");
    await harness.canvas.answerWith("Paris.", question.id);
    const begun = performance.now();
    expect(await service.stop()).toBe(143);
    // Of the 10 minutes that the call takes, nothing is waited for.
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe.skipIf(hasDriver())("without an NVIDIA driver (skipped where there is one)", () => {
  test("nothing complains", async () => {
    const service = await harness.runReady();
    await service.stop();
    const complaints = service.log.filter((line) => /gpu|nvidia/i.test(line.message));
    expect(complaints).toEqual([]);
  });
});
