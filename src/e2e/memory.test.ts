import { afterEach, expect, test } from "bun:test";
import { Harness } from "./harness.ts";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

/** Room for the service and for a runner with a small context, not for the usual one of five prompts at a time. */
const TIGHT = ["sh", "-c", 'ulimit -v 600000; exec "$0" "$@"'];
const QUESTION = "{{What is the capital of France?}}";
/** Several starts of a runner on a busy machine. */
const PATIENCE_MS = 90_000;

test(
  "too little memory: each step is logged, the prompt is answered with a smaller context",
  async () => {
    harness = await Harness.start();
    const question = await harness.canvas.addNote(QUESTION);
    const service = harness.run({ MAX_CONCURRENT: "5" }, TIGHT);
    const loaded = await service.logged((line) => line.message.endsWith(" is loaded"));
    expect(Number(loaded.context_size)).toBeLessThan(8192);
    const steps = service.log.filter((line) => line.message.includes("with less, to fit into memory"));
    expect(steps[0]?.message).toEndWith("batch of 32 tokens");
    expect(steps[1]?.message).toEndWith("context of 4096 tokens");
    await harness.canvas.answerWith("Paris.", question.id);
    expect(service.log.some((line) => line.level === "error")).toBe(false);
  },
  PATIENCE_MS,
);

test(
  "too little memory for the context that was set: a clear end instead of a crash loop",
  async () => {
    harness = await Harness.start();
    const service = harness.run({ MAX_CONCURRENT: "5", LLAMA_CONTEXT_SIZE: "16384" }, TIGHT);
    const failed = await service.logged((line) => line.level === "error");
    expect(failed.message).toStartWith("The model CanvusLocalLLM demo cannot be used: ");
    expect(failed.error).toMatchObject({ code: "OUT_OF_MEMORY" });
    const ready = await fetch(`${await service.dashboard()}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain("smaller LLAMA_CONTEXT_SIZE");
    await harness.canvas.addNote(QUESTION);
    await harness.canvas.until(() => harness.canvas.answers.find(({ text }) => text.includes("memory")));
    expect(await service.children()).toEqual([]);
  },
  PATIENCE_MS,
);
