import type { TestCanvas } from "../../src/e2e/test-canvas.ts";

/** Moments between two writes of one step, as the canvas shows them. */
export const AIMS = ["claimed", "answer begun", "answer complete", "released", "any"] as const;
export type Aim = (typeof AIMS)[number];

/** Waiting for the right moment ends here: perhaps it never comes. */
const AIM_MS = 600;

/** Waits until a canvas shows such a moment anew. */
export async function aimAt(canvases: readonly TestCanvas[], aim: Aim): Promise<void> {
  const seen = new Set(canvases.flatMap((canvas) => moments(canvas, aim)));
  const came = Promise.withResolvers<void>();
  const ends = canvases.map((canvas) =>
    canvas.onChange(() => {
      if (moments(canvas, aim).some((moment) => !seen.has(moment))) came.resolve();
    }),
  );
  await Promise.race([came.promise, Bun.sleep(AIM_MS)]);
  for (const end of ends) end();
}

/** What is to be seen of such moments by now; each is a new word. */
function moments(canvas: TestCanvas, aim: Aim): string[] {
  switch (aim) {
    case "claimed":
      return canvas.notes.filter(({ text }) => text.includes("⏳")).map(({ id }) => id);
    case "answer begun":
      return canvas.answers.map(({ id }) => id);
    case "answer complete":
      return canvas.answers.filter(({ text }) => text.endsWith(".")).map(({ id }) => id);
    case "released":
      return [...canvas.history]
        .filter(([, texts]) => texts.length > 1 && !texts.at(-1)?.includes("⏳"))
        .map(([id]) => id);
    case "any":
      return [...canvas.history].map(([id, texts]) => `${id} ${texts.length}`);
  }
}
