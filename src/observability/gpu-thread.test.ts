import { expect, test } from "bun:test";
import { join } from "node:path";
import { canBuildFakeNvml, FakeNvml } from "../native/testing/build-fake-nvml.ts";

const MAIN = join(import.meta.dir, "testing/gpu-stall-main.ts");

test.skipIf(!canBuildFakeNvml)(
  "a driver that takes 200 ms a call does not keep the main thread waiting (needs Linux and cc)",
  async () => {
    const fake = new FakeNvml();
    fake.play("gpus 1", "used 0 4321", "delay 200");
    const child = Bun.spawn([process.execPath, MAIN], {
      env: { PATH: fake.folder, LD_LIBRARY_PATH: fake.folder },
      stderr: "inherit",
    });
    const { state, readings, longest, gpus } = JSON.parse(await new Response(child.stdout).text());
    fake.remove();
    expect({ state, readings }).toEqual({ state: "working", readings: 5 });
    expect(gpus[0].vram_used_mb).toBe(4321);
    // Far below the 200 ms of one call, far above what a busy test machine adds.
    expect(longest).toBeLessThan(100);
  },
);
