import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  type DrawSettings,
  type JobProgress,
  type RawPicture,
  StableDiffusion,
  StableDiffusionMissing,
  type StableDiffusionSession,
  StableDiffusionUnusable,
} from "./stable-diffusion.ts";
import {
  BUILD_TIMEOUT_MS,
  canBuildFakeStableDiffusion,
  FakeStableDiffusion,
} from "./testing/build-fake-stable-diffusion.ts";

const PICTURE: DrawSettings = {
  prompt: "a red fox",
  negativePrompt: "",
  width: 128,
  height: 64,
  steps: 5,
  guidance: 7,
  seed: 2,
  tiled: false,
};

test("no file is told apart from one that is no such library", () => {
  expect(() => new StableDiffusion("/nonexistent/libcanvuslocallm-sd.so")).toThrow(StableDiffusionMissing);
  const text = join(import.meta.dir, "stable-diffusion.test.ts");
  expect(() => new StableDiffusion(text)).toThrow(StableDiffusionUnusable);
});

describe.skipIf(!canBuildFakeStableDiffusion)(
  "the shim over a library that draws (needs Linux and c++)",
  () => {
    let fake: FakeStableDiffusion;
    let library: StableDiffusion;

    beforeAll(async () => {
      fake = await FakeStableDiffusion.build();
      library = new StableDiffusion(fake.path);
    }, BUILD_TIMEOUT_MS);
    beforeEach(() => {
      fake.play();
      logged();
    });
    afterAll(() => fake.remove());

    async function ended(session: StableDiffusionSession): Promise<JobProgress> {
      return come(session, ({ state }) => state !== "working");
    }

    /** The library tells nothing by itself: whoever wants to know how far it is asks, as the service does. */
    async function come(
      session: StableDiffusionSession,
      accepts: (progress: JobProgress) => boolean,
    ): Promise<JobProgress> {
      for (;;) {
        const progress = session.progress();
        if (accepts(progress)) return progress;
        await Bun.sleep(1);
      }
    }

    async function loaded(use: (session: StableDiffusionSession) => Promise<void>): Promise<void> {
      const session = library.open();
      try {
        expect(
          session.load({ modelPath: fake.modelPath, threads: 1, gpu: false, weightsInRam: false }),
        ).toBeTrue();
        expect((await ended(session)).state).toBe("done");
        await use(session);
      } finally {
        session.close();
      }
    }

    function pixel(picture: RawPicture | null, x: number, y: number): number[] {
      const at = (y * PICTURE.width + x) * 3;
      return [...(picture?.pixels.subarray(at, at + 3) ?? [])];
    }

    function logged(): string[] {
      const lines: string[] = [];
      for (let line = library.nextLogLine(); line !== null; line = library.nextLogLine()) lines.push(line);
      return lines;
    }

    test("draws what the prompt says, step by step, while its caller goes on", async () => {
      fake.play("step_ms 20");
      await loaded(async (session) => {
        const before = library.activity;
        expect(session.draw(PICTURE)).toBeTrue();
        expect(session.draw(PICTURE)).toBeFalse();
        const steps = new Set<number>();
        const last = await come(session, ({ state, step }) => {
          if (state === "working") steps.add(step);
          return state !== "working";
        });
        expect(last).toEqual({ state: "done", step: 5, steps: 5 });
        expect([...steps].toSorted()).toEqual([...steps]);
        expect(steps.size).toBeGreaterThan(2);
        expect(library.activity).toBeGreaterThan(before + 4);
        const picture = session.take();
        expect(picture).toMatchObject({ width: 128, height: 64, channels: 3 });
        expect(pixel(picture, 64, 32)).toEqual([220, 30, 30]);
        expect(pixel(picture, 0, 0)).toEqual([255, 255, 255]);
        expect(session.take()).toBeNull();
      });
    });

    test("what is asked for stays out of the log", async () => {
      await loaded(async (session) => {
        session.draw(PICTURE);
        await ended(session);
      });
      const lines = logged();
      expect(lines).toContain("generate_image 128x64, 0 alive");
      expect(lines.join()).not.toContain("a red fox");
    });

    test("hears what must not be in the picture, and how closely to follow", async () => {
      await loaded(async (session) => {
        session.draw({ ...PICTURE, negativePrompt: "anything blue", guidance: 10.5 });
        await ended(session);
        const picture = session.take();
        // The stripe is as wide as the guidance is strong: 20 would be the whole width.
        expect([66, 67].map((x) => pixel(picture, x, 0))).toEqual([
          [40, 70, 220],
          [255, 255, 255],
        ]);
      });
    });

    test("the same seed draws the same picture, another seed another one", async () => {
      await loaded(async (session) => {
        const pictures: string[] = [];
        for (const seed of [1, 1, 2 ** 53 - 2]) {
          session.draw({ ...PICTURE, seed });
          await ended(session);
          pictures.push(String(Bun.hash(session.take()?.pixels ?? "")));
        }
        expect(pictures[1]).toBe(pictures[0]);
        expect(pictures[2]).not.toBe(pictures[0]);
      });
    });

    test("is cancelled between two steps, and draws again afterwards", async () => {
      fake.play("step_ms 20");
      await loaded(async (session) => {
        session.draw({ ...PICTURE, steps: 1000 });
        await come(session, ({ step }) => step >= 2);
        session.cancel();
        const { state, step } = await ended(session);
        expect(state).toBe("cancelled");
        expect(step).toBeLessThan(1000);
        expect(session.take()).toBeNull();
        // At once: generate_image itself forgets what was wished before it began.
        session.draw({ ...PICTURE, steps: 1000 });
        session.cancel();
        expect((await ended(session)).state).toBe("cancelled");
        session.draw(PICTURE);
        expect((await ended(session)).state).toBe("done");
      });
    });

    test("a picture that fails says why, with the engine's words", async () => {
      await loaded(async (session) => {
        for (const [play, complaint] of [
          ["fail_at 2", "diffusion model compute failed"],
          ["oom_at 3", "unet: failed to allocate the compute buffer"],
          ["throw_at 1", "out of memory"],
        ] as const) {
          fake.play(play);
          session.draw(PICTURE);
          expect((await ended(session)).state).toBe("failed");
          expect(session.complaint()).toBe(complaint);
        }
      });
    });

    test("a model that is refused says why, and another can be tried", async () => {
      const session = library.open();
      expect(session.draw(PICTURE)).toBeFalse();
      session.load({ modelPath: "/nonexistent.gguf", threads: 1, gpu: false, weightsInRam: false });
      expect((await ended(session)).state).toBe("failed");
      expect(session.complaint()).toContain("/nonexistent.gguf");
      session.load({ modelPath: fake.modelPath, threads: 1, gpu: false, weightsInRam: false });
      expect((await ended(session)).state).toBe("done");
      session.close();
    });

    test("two sessions draw side by side, each with its own progress and complaints", async () => {
      await loaded(async (one) => {
        await loaded(async (other) => {
          fake.play("step_ms 5");
          one.draw({ ...PICTURE, steps: 20 });
          await come(one, ({ step }) => step > 0);
          fake.play("fail_at 1");
          other.draw(PICTURE);
          expect((await ended(other)).state).toBe("failed");
          expect((await ended(one)).state).toBe("done");
          expect(one.complaint()).toBe("");
        });
      });
    });

    test("what was drawn is freed, whether it was taken, cancelled or left", async () => {
      await loaded(async (session) => {
        for (let round = 0; round < 20; round++) {
          session.draw(PICTURE);
          if (round % 3 === 0) session.cancel();
          await ended(session);
          if (round % 3 === 1) session.take();
        }
        session.draw(PICTURE);
        await ended(session);
      });
      const rounds = logged().filter((line) => line.startsWith("generate_image"));
      expect(rounds).toHaveLength(21);
      expect(new Set(rounds)).toEqual(new Set(["generate_image 128x64, 0 alive"]));
    });

    test("tells the GPU's memory, and how much a model takes of it", async () => {
      expect(library.gpu()).toBeNull();
      fake.play("gpu_mib 8192");
      expect(library.gpu()).toEqual({ kind: "CUDA", freeBytes: 8 * 1024 ** 3, totalBytes: 8 * 1024 ** 3 });
      const session = library.open();
      session.load({ modelPath: fake.modelPath, threads: 1, gpu: true, weightsInRam: false });
      await ended(session);
      expect(library.gpu()?.freeBytes).toBe(7 * 1024 ** 3);
      session.close();
      expect(library.gpu()?.freeBytes).toBe(8 * 1024 ** 3);
    });

    test(
      "a library of another version is refused before anything of it is used",
      async () => {
        const newer = await FakeStableDiffusion.build("-DSD_SHIM_ABI=99");
        expect(() => new StableDiffusion(newer.path)).toThrow("(interface 99, wanted 1)");
        newer.remove();
        const older = await FakeStableDiffusion.build("-Dsd_shim_take=sd_shim_take_picture");
        expect(() => new StableDiffusion(older.path)).toThrow("sd_shim_take");
        older.remove();
      },
      2 * BUILD_TIMEOUT_MS,
    );
  },
);
