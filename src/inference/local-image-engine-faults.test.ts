import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { BUILD_TIMEOUT_MS, FakeStableDiffusion } from "../native/testing/build-fake-stable-diffusion.ts";
import { describeDrawing, draw, failure, LIMITS, PATIENCE_MS, RED } from "./testing/image-bench.ts";
import { readPng } from "./testing/read-png.ts";

setDefaultTimeout(PATIENCE_MS);

describeDrawing("a library that misbehaves", (bench) => {
  test("a crash in native code fails the picture only, and the next one is drawn by a new process", async () => {
    bench.fake.play("crash_at 3");
    const { engine } = await bench.started();
    expect(await failure(draw(engine))).toMatchObject({ code: "RUNNER_CRASHED", retryable: true });
    bench.fake.play();
    expect(readPng((await draw(engine)).png).at(64, 32)).toEqual(RED);
    expect(engine.status().crashes).toBe(1);
  });

  test("a step that never ends: its heart beats on, but the process is ended", async () => {
    bench.fake.play("hang_at 2");
    const { engine } = await bench.started({ limits: { ...LIMITS, noProgressMs: 3000 } });
    const stuck = await failure(draw(engine));
    expect(stuck).toMatchObject({ code: "RUNNER_STUCK", retryable: true });
    expect(stuck.message).toContain("makes no progress");
    bench.fake.play();
    await draw(engine);
    expect(engine.status().crashes).toBe(1);
  });

  test("stopping ends a process that hangs in a step", async () => {
    bench.fake.play("hang_at 2");
    const { engine } = await bench.started();
    const begun = Promise.withResolvers<void>();
    const drawn = failure(draw(engine, {}, undefined, () => begun.resolve()));
    await begun.promise;
    const { pid } = engine.status();
    await engine.stop();
    expect((await drawn).code).toBe("CANCELLED");
    expect(existsSync(`/proc/${pid}`)).toBeFalse();
  });

  test("too little memory for the model: less is tried, and said; when nothing helps it is given up", async () => {
    bench.fake.play("gpu_mib 4096", "load_oom_gpu 1");
    const { engine, logger } = await bench.started({ gpu: "cuda" });
    await draw(engine);
    expect(engine.status().model).toMatchObject({ gpu: "cuda" });
    const steps = logger.entries.filter(({ message }) => message.startsWith("Loading fox with less"));
    expect(steps.map(({ message }) => message)).toEqual([
      "Loading fox with less, to fit into memory: weights in main memory",
    ]);
    await engine.stop();
    bench.fake.play("load_oom 1");
    const hopeless = await bench.started();
    const error = await failure(draw(hopeless.engine));
    expect(error.code).toBe("OUT_OF_MEMORY");
    expect(error.message).toStartWith("The image model does not fit into memory: ");
  });

  test("a model that the library refuses is told with the library's words", async () => {
    bench.fake.play("refuse get sd version from file failed");
    const { engine } = await bench.started();
    expect(await failure(draw(engine))).toMatchObject({
      code: "MODEL_LOAD_FAILED",
      message: "The image model could not be loaded: get sd version from file failed",
    });
  });

  test(
    "a library of another version is refused, and says so",
    async () => {
      const other = await FakeStableDiffusion.build("-DSD_SHIM_ABI=99");
      const { engine } = await bench.started({ libraryPath: other.path });
      const error = await failure(draw(engine));
      expect(error.code).toBe("ENGINE_UNAVAILABLE");
      expect(error.message).toContain("another version of this program");
      other.remove();
    },
    BUILD_TIMEOUT_MS + PATIENCE_MS,
  );
});
