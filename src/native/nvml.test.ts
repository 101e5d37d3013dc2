import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Nvml, NvmlError, NvmlMissing } from "./nvml.ts";
import { canBuildFakeNvml, FakeNvml } from "./testing/build-fake-nvml.ts";

test("a machine without the library is told apart from a broken one", () => {
  expect(() => new Nvml(["/nonexistent/libnvidia-ml.so.1"])).toThrow(NvmlMissing);
});

describe.skipIf(!canBuildFakeNvml)("against a library with NVML's ABI (needs Linux and cc)", () => {
  let fake: FakeNvml;
  let old: FakeNvml;

  beforeAll(() => {
    fake = new FakeNvml();
    old = new FakeNvml("-DOLD_DRIVER");
  });
  beforeEach(() => fake.play());
  afterAll(() => {
    fake.remove();
    old.remove();
  });

  function opened(library: FakeNvml, use: (nvml: Nvml) => void): void {
    const nvml = new Nvml(["/nonexistent/first.so", library.path]);
    nvml.init();
    try {
      use(nvml);
    } finally {
      nvml.shutdown();
      nvml.close();
    }
  }

  test("several GPUs with their names, memory, load and processes", () => {
    fake.play(
      "gpus 2",
      "name 1 NVIDIA RTX 4090",
      "total 1 24564",
      "used 1 6000",
      "utilization 1 93",
      "process 1 4711 5000",
      "process 1 4712 -1",
      "process 0 99 1",
    );
    opened(fake, (nvml) => {
      expect(nvml.deviceCount()).toBe(2);
      const device = nvml.device(1);
      expect(nvml.name(device)).toBe("NVIDIA RTX 4090");
      expect(nvml.memory(device)).toEqual({ totalBytes: 24564n << 20n, usedBytes: 6000n << 20n });
      expect(nvml.utilization(device)).toBe(93);
      expect(nvml.processes(device)).toEqual([
        { pid: 4711, usedBytes: 5000n << 20n },
        { pid: 4712, usedBytes: null },
      ]);
      expect(nvml.driverVersion()).toBe("570.86.15");
      expect(nvml.cudaVersion()).toBe("12.8");
    });
  });

  test("an old driver lacks functions; the rest works", () => {
    opened(old, (nvml) => {
      const device = nvml.device(0);
      expect(nvml.cudaVersion()).toBeNull();
      expect(nvml.processes(device)).toBeNull();
      expect(nvml.driverVersion()).toBe("570.86.15");
      expect(nvml.memory(device).totalBytes).toBe(8192n << 20n);
    });
  });

  test("a GPU that cannot tell its load is no error", () => {
    fake.play("utilization 0 -1");
    opened(fake, (nvml) => expect(nvml.utilization(nvml.device(0))).toBeNull());
  });

  test("what the library refuses carries its code and its words", () => {
    fake.play("init 9");
    const nvml = new Nvml([fake.path]);
    expect(() => nvml.init()).toThrow(new NvmlError("nvmlInit", 9, "Driver Not Loaded"));
    nvml.close();
    fake.play("gpus 2", "lost 1");
    opened(fake, (working) => {
      expect(working.name(working.device(0))).toBe("Test GPU 0");
      expect(() => working.device(1)).toThrow("GPU is lost (15)");
    });
  });

  test("more processes than are asked for are reported as unknown, not as fewer", () => {
    fake.play(...Array.from({ length: 257 }, (_, pid) => `process 0 ${pid + 1} 1`));
    opened(fake, (nvml) => expect(nvml.processes(nvml.device(0))).toBeNull());
  });

  test("a library that lies in the working directory is not loaded", () => {
    const script = `const { Nvml } = await import(${JSON.stringify(`${import.meta.dir}/nvml.ts`)});
      try { new Nvml(); console.log("loaded"); } catch (error) { console.log(error.constructor.name); }`;
    const bun = Bun.spawnSync([process.execPath, "-e", script], { cwd: fake.folder });
    expect(bun.stdout.toString().trim()).toBe("NvmlMissing");
  });
});
