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
    const { state, readings, fewestTurns, gpus } = JSON.parse(await new Response(child.stdout).text());
    fake.remove();
    expect({ state, readings }).toEqual({ state: "working", readings: 5 });
    expect(gpus[0].vram_used_mb).toBe(4321);
    // A thread that waits for the driver goes round once; one that does not, hundreds of times, also on a busy machine.
    expect(fewestTurns).toBeGreaterThan(10);
  },
);
