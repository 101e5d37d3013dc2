import { expect, test } from "bun:test";
import { describeService } from "./describe-service.ts";

test("canvases, prompts and model in one line", () => {
  const text = describeService({
    canvases: { status: () => [{ state: "live" }, { state: "reconnecting" }] },
    tasks: { status: () => ({ running: 1, waiting: 4 }) },
    engine: {
      status: () => ({
        name: "small",
        endpoint: null,
        model: null,
        usable: false,
        state: "loading",
        download: null,
      }),
    },
  });
  expect(text).toBe("1 of 2 canvases live; 1 prompts under way, 4 waiting; model small loading");
});
