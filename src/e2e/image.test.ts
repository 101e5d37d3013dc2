import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { readPng } from "../inference/testing/read-png.ts";
import {
  BUILD_TIMEOUT_MS,
  canBuildFakeStableDiffusion,
  FakeStableDiffusion,
} from "../native/testing/build-fake-stable-diffusion.ts";
import { ends } from "../testing/process-end.ts";
import { imagesOf, type TestWidget, untilImages } from "./canvas-files.ts";
import type { Execution } from "./executable.ts";
import { Harness, TOKEN } from "./harness.ts";

// The whole way of a picture, through the real shim in a real runner; in place of a model the library draws circles.

const FOX = "{{image: a red fox}}";
const RED = [220, 30, 30];
const PLACE = { location: { x: 1000, y: 1000 }, size: { width: 300, height: 200 } };

describe.skipIf(!canBuildFakeStableDiffusion)("pictures (needs Linux and c++)", () => {
  let harness: Harness;
  let fake: FakeStableDiffusion;

  beforeAll(async () => {
    fake = await FakeStableDiffusion.build();
  }, BUILD_TIMEOUT_MS);
  afterEach(() => harness.close());
  afterAll(() => fake.remove());

  async function running(changes: Record<string, string> = {}): Promise<Execution> {
    harness ??= await Harness.start();
    return harness.runReady({
      SD_MODEL_PATH: fake.modelPath,
      SD_LIBRARY_PATH: fake.path,
      SD_IMAGE_SIZE: "128",
      SD_INFERENCE_STEPS: "10",
      ...changes,
    });
  }

  async function start(changes: Record<string, string> = {}): Promise<Execution> {
    harness = await Harness.start();
    return running(changes);
  }

  /** The note's text at some time, as soon as it matches. */
  function wasTold(noteId: string, pattern: RegExp): Promise<string> {
    return harness.canvas.until(({ history }) => history.get(noteId)?.find((text) => pattern.test(text)));
  }

  /** The picture, as soon as the server has it to give away. */
  function drawn(): Promise<TestWidget> {
    return untilImages(harness.canvas, ([first]) => (first?.hash ? first : undefined));
  }

  async function contentOf({ id }: TestWidget): Promise<ReturnType<typeof readPng>> {
    const address = `${harness.url}/api/v1/canvases/${harness.canvas.id}/images/${id}/download`;
    const response = await fetch(address, { headers: { "private-token": TOKEN } });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return readPng(new Uint8Array(await response.arrayBuffer()));
  }

  const answered = (service: Execution) => service.logged((line) => line.message === "prompt answered");

  test("stands beside the note in its true proportions, and the note told each step", async () => {
    fake.play("step_ms 100");
    const service = await start();
    const note = await harness.canvas.addNote(FOX, PLACE);
    const image = await drawn();
    expect(image.title).toStartWith("AI answer ");
    expect(image.size).toEqual({ width: 128, height: 128 });
    expect(image.location.x).toBeGreaterThanOrEqual(1300);
    const picture = await contentOf(image);
    expect([picture.width, picture.height]).toEqual([128, 128]);
    const colours = new Set<string>();
    for (let x = 0; x < 128; x++) colours.add(picture.at(x, 64).join());
    expect(colours).toEqual(new Set([RED.join(), "255,255,255"]));
    await answered(service);
    expect(harness.canvas.history.get(note.id)?.some((text) => /step \d+ of 10/.test(text))).toBeTrue();
    expect(harness.canvas.notes).toMatchObject([{ id: note.id, text: "image: a red fox" }]);
    await service.stop();
    expect(harness.rows("processing_history")).toMatchObject([
      { operation_type: "image_prompt", status: "succeeded" },
    ]);
    const measured = harness.rows("performance_metrics").filter(({ engine }) => engine === "image");
    expect(measured).toMatchObject([{ status: "succeeded", model: "fox", device: "off" }]);
  });

  test("comes too when the model reads from the words that one is wanted", async () => {
    fake.play();
    await start();
    await harness.canvas.addNote("{{draw a red fox}}");
    expect((await contentOf(await drawn())).at(64, 64)).toEqual(RED);
  });

  test("is given up when its note is deleted; the model stays for the next one", async () => {
    fake.play("step_ms 100");
    const service = await start({ SD_INFERENCE_STEPS: "200" });
    const note = await harness.canvas.addNote(FOX);
    await wasTold(note.id, /step \d+ of 200/);
    const runners = await service.children();
    await harness.canvas.deleteNote(note.id);
    await service.logged((line) => line.message === "inference cancelled");
    fake.play();
    await harness.canvas.addNote("{{image: a blue fox}}");
    expect((await contentOf(await drawn())).at(64, 64)).toEqual([40, 70, 220]);
    expect(await service.children()).toEqual(runners);
    expect(await imagesOf(harness.canvas)).toHaveLength(1);
    await service.stop();
    expect(harness.statuses()).toEqual(["cancelled", "succeeded"]);
  });

  test.each([
    ["crashes", "crash_at 3", "RUNNER_CRASHED"],
    ["hangs", "hang_at 3", "RUNNER_STUCK"],
  ])(
    "is drawn once more by a new process when the library %s",
    async (_what, fault, code) => {
      fake.play(fault);
      const service = await start({ SD_TIMEOUT_SECONDS: "6", RETRY_DELAY: "2s" });
      await harness.canvas.addNote(FOX);
      await service.logged((line) => line.message.startsWith("inference failed") && line.error_code === code);
      fake.play();
      expect((await contentOf(await drawn())).at(64, 64)).toEqual(RED);
      await answered(service);
      expect(await imagesOf(harness.canvas)).toHaveLength(1);
    },
    120_000,
  );

  test("that finds too little memory ends as a note that says what to do", async () => {
    fake.play("oom_at 2");
    await start();
    await harness.canvas.addNote(FOX);
    const note = await harness.canvas.until(({ answers }) =>
      answers.find(({ text }) => text.includes("OUT_OF_MEMORY")),
    );
    expect(note.text).toContain("too little memory to draw a picture of 128 × 128 pixels");
    expect(note.text).toContain("SD_IMAGE_SIZE");
    fake.play("oom_untiled 1");
    await harness.canvas.addNote(FOX);
    expect((await contentOf(await drawn())).at(64, 64)).toEqual(RED);
  });

  test("without its model gets a note that names it, and is drawn as soon as it is there", async () => {
    fake.play();
    harness = await Harness.start();
    const path = join(harness.folder, "later.safetensors");
    await running({ SD_MODEL_PATH: path });
    await harness.canvas.addNote(FOX);
    const note = await harness.canvas.until(({ answers }) =>
      answers.find(({ text }) => text.includes("IMAGE_ENGINE_MISSING")),
    );
    expect(note.text).toContain(`The image model ${path} is missing.`);
    await Bun.write(path, Bun.file(fake.modelPath));
    await harness.canvas.addNote(FOX);
    expect((await contentOf(await drawn())).at(64, 64)).toEqual(RED);
  });

  test("whose service is killed in the middle is drawn by the next one, once", async () => {
    fake.play("step_ms 200");
    const service = await start();
    const note = await harness.canvas.addNote(FOX);
    await wasTold(note.id, /step \d+ of 10/);
    const orphans = await service.children();
    await service.stop("SIGKILL");
    fake.play();
    const next = await running();
    await answered(next);
    expect(await imagesOf(harness.canvas)).toHaveLength(1);
    expect(harness.statuses()).toEqual(["succeeded"]);
    for (const pid of orphans) expect(await ends(pid)).toBe(true);
  });
});
