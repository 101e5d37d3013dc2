import { Database } from "bun:sqlite";
import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { FakeServer, type ReceivedRequest } from "../inference/remote/testing/fake-server.ts";
import { vllm } from "../inference/remote/testing/model-servers.ts";
import { Harness } from "./harness.ts";

// Models that say the same again and again: people get what stood before that, or a word of what to do.

let harness: Harness;
let server: FakeServer | undefined;

afterEach(async () => {
  await harness.close();
  server?.stop();
});

function rows(table: string): Record<string, unknown>[] {
  const database = new Database(join(harness.folder, "data", "data.db"), { readonly: true });
  try {
    return database.query<Record<string, unknown>, []>(`SELECT * FROM ${table} ORDER BY id`).all();
  } finally {
    database.close();
  }
}

test("the demo model, asked about notes as it was never shown, does not leave nonsense on the canvas", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  const texts = [
    "bug launch ship risk Ben",
    "ship risk Ben ship risk Ben ship risk Ben",
    "ship risk Ben ship",
  ];
  for (const [at, text] of texts.entries())
    await harness.canvas.addNote(text, { location: { x: 100 + at * 320, y: 500 } });
  await harness.helper("drop-icon", { canvas_id: harness.canvas.id, icon: "AI_Icon_Canvus_Precis" });
  const note = await harness.canvas.until(({ answers }) =>
    answers.find(({ text }) => text.includes("(MODEL_REPEATS_ITSELF)")),
  );
  expect(note.text).toContain("The model only repeated itself, so that there is no summary.");
  expect(note.text).not.toContain("risk");
  const warning = await service.logged(({ message }) => message.startsWith("a model began to repeat itself"));
  expect(warning).toMatchObject({ level: "warn", model: "CanvusLocalLLM demo", kept: 0 });
  expect(await service.stop()).toBe(143);
  expect(rows("processing_history")).toMatchObject([
    { status: "failed", error_code: "MODEL_REPEATS_ITSELF" },
  ]);
  expect(rows("performance_metrics").at(-1)).toMatchObject({ stop_reason: "repetition" });
});

test("a server that would never end is let go, and the sentence before the repetition is the answer", async () => {
  const answer = ({ body }: ReceivedRequest) =>
    "response_format" in body
      ? ['{"type":"text"}']
      : ["It opens in April.", ...Array(200).fill(" And so on")];
  server = await FakeServer.start(vllm({ answer }));
  harness = await Harness.start();
  const service = await harness.runDashboard({ LLAMA_MODEL_PATH: "", TEXT_LLM_URL: server.url });
  await service.logged(({ message }) => message.endsWith(" answers"));
  server.fail(null, { after: 150, end: "silent" });
  const question = await harness.canvas.addNote("{{When does the bridge open?}}");
  await harness.canvas.answerWith(
    "It opens in April.\n\n(The answer was ended because the model began to repeat itself.)",
    question.id,
  );
  await server.asked("/chat/completions")[1]?.abandoned;
  expect(await service.stop()).toBe(143);
  expect(rows("processing_history")).toMatchObject([{ status: "succeeded", error_code: null }]);
  expect(rows("performance_metrics").at(-1)).toMatchObject({
    status: "succeeded",
    stop_reason: "repetition",
    model: "small-model",
  });
  expect(rows("error_log")).toMatchObject([
    { code: "MODEL_REPEATS_ITSELF", level: "warn", message: "The model small-model repeats itself." },
  ]);
});
