import { expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { describeDrawing, draw, failure, PATIENCE_MS, RED } from "./testing/image-bench.ts";
import { readPng } from "./testing/read-png.ts";

setDefaultTimeout(PATIENCE_MS);

describeDrawing("drawing in a runner", (bench) => {
  test("a picture comes step by step, in the colours and the size that were asked for", async () => {
    bench.fake.play("step_ms 60");
    const { engine } = await bench.started();
    expect(engine.status()).toMatchObject({ name: "fox", state: "stopped", pid: null });
    const steps: string[] = [];
    const tell = (step: number, of: number) => steps.push(`${step}/${of}`);
    const result = await draw(engine, { steps: 20 }, undefined, tell);
    expect(result).toMatchObject({ width: 128, height: 64, model: "fox" });
    expect(steps.at(-1)).toBe("20/20");
    expect(steps.length).toBeGreaterThan(2);
    const picture = readPng(result.png);
    expect([picture.width, picture.height]).toEqual([128, 64]);
    expect(picture.at(64, 32)).toEqual(RED);
    expect(picture.at(127, 63)).toEqual([255, 255, 255]);
    expect(result.metrics.load_ms).toBeGreaterThan(0);
    expect(result.metrics.generation_ms).toBeGreaterThan(1000);
    expect(engine.status()).toMatchObject({ usable: true, model: { gpu: "off" } });
    expect((await draw(engine)).metrics.load_ms).toBe(0);
  });

  test("cancelled in the middle: the model stays and draws the next one", async () => {
    bench.fake.play("step_ms 30");
    const { engine } = await bench.started();
    const abort = new AbortController();
    const drawn = draw(engine, { steps: 1000 }, abort.signal, () => abort.abort());
    expect((await failure(drawn)).code).toBe("CANCELLED");
    const { pid } = engine.status();
    bench.fake.play();
    await draw(engine);
    expect(engine.status()).toMatchObject({ pid, crashes: 0 });
  });

  test("a picture that fails or does not fit is told with the reason; in tiles it may fit", async () => {
    const { engine, logger } = await bench.started();
    bench.fake.play("fail_at 2");
    expect(await failure(draw(engine))).toMatchObject({
      code: "INFERENCE_FAILED",
      message: "The picture could not be drawn: diffusion model compute failed",
    });
    bench.fake.play("oom_at 2");
    const tooLarge = await failure(draw(engine));
    expect(tooLarge.code).toBe("OUT_OF_MEMORY");
    expect(tooLarge.message).toStartWith("There is too little memory to draw a picture of 128 × 64 pixels: ");
    bench.fake.play("oom_untiled 1");
    await draw(engine);
    expect(logger.entries.map(({ message }) => message)).toContain(
      "Too little memory for a picture in one piece; trying it in tiles",
    );
    expect(engine.status().crashes).toBe(0);
  });

  test("a picture that takes too long is given up, and says how far it got", async () => {
    bench.fake.play("step_ms 30");
    const { engine } = await bench.started({ timeoutMs: 1000 });
    const late = await failure(draw(engine, { steps: 1000 }));
    expect(late.code).toBe("IMAGE_TIMEOUT");
    expect(late.message).toMatch(/^The picture was not finished within 1 s: \d+ of 1000 steps were done\.$/);
    expect(engine.status().crashes).toBe(0);
  });

  test("several pictures at once, each with a copy of the model", async () => {
    bench.fake.play("step_ms 30");
    const { engine } = await bench.started({ maxConcurrent: 2 });
    await draw(engine);
    let together = 0;
    const look = () => {
      together = Math.max(together, engine.status().active);
    };
    const prompts = ["a red fox", "a blue fox", "a green fox"];
    const drawn = await Promise.all(prompts.map((prompt) => draw(engine, { prompt }, undefined, look)));
    expect(drawn.map(({ png }) => readPng(png).at(64, 32))).toEqual([RED, [40, 70, 220], [30, 160, 60]]);
    expect(together).toBe(2);
  });

  test("many pictures leave nothing behind", async () => {
    bench.fake.play();
    const { engine, logger } = await bench.started();
    for (let round = 0; round < 30; round++) await draw(engine, { seed: round });
    const rounds = logger.entries.filter(({ message }) => message.startsWith("generate_image"));
    expect(new Set(rounds.map(({ message }) => message))).toEqual(
      new Set(["generate_image 128x64, 0 alive"]),
    );
    expect(rounds).toHaveLength(30);
  });

  test("what is missing is named, and found once it is there, without a restart", async () => {
    bench.fake.play();
    const away = `${bench.fake.path}.away`;
    await rename(bench.fake.path, away);
    const { engine, logger } = await bench.started();
    expect(logger.entries.at(-1)).toMatchObject({ level: "warn" });
    const library = await failure(draw(engine));
    expect(library.code).toBe("IMAGE_ENGINE_MISSING");
    expect(library.message).toBe(`The library that draws pictures is missing: ${bench.fake.path}.`);
    expect(engine.status()).toMatchObject({
      ...{ state: "failed", usable: false, queued: 0 },
      error: { code: "IMAGE_ENGINE_MISSING" },
    });
    await rename(away, bench.fake.path);
    await draw(engine);
    expect(engine.status()).toMatchObject({ usable: true, error: null });

    const noModel = await bench.started({ modelPath: join(bench.fake.folder, "none.gguf") });
    const model = await failure(draw(noModel.engine));
    expect(model.code).toBe("IMAGE_ENGINE_MISSING");
    expect(model.message).toEndWith("none.gguf is missing.");
    rmSync(away, { force: true });
  });
});
