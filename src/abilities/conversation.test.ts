import { expect, test } from "bun:test";
import { conversationBefore } from "./conversation.ts";
import { asked } from "./testing/asked.ts";

const note = (id: string, text: string, more = {}) => ({ id, widget_type: "Note", text, ...more });
const answer = (id: string, text: string, more = {}) =>
  note(id, text, { title: `AI answer of-${id}`, ...more });
const connector = (id: string, from: string, to: string) => ({
  id,
  widget_type: "Connector",
  src: { id: from },
  dst: { id: to },
});

/** Each answer `aN` was to the question `qN`. */
const findQuestion = async (correlationId: string) => {
  const number = /^of-a(\d+)$/.exec(correlationId)?.[1];
  return number === undefined ? null : { prompt: `question ${number}`, widgetId: `q${number}` };
};

function conversation(
  trigger: ReturnType<typeof note>,
  ...widgets: Parameters<typeof asked>[0]["widgets"] & object
) {
  return conversationBefore(trigger, asked({ trigger, widgets }).canvas, findQuestion);
}

test("a note that stands alone begins a conversation", async () => {
  expect(await conversation(note("q1", "Why?"), answer("a2", "Not connected"))).toEqual([]);
});

test.each([
  ["from the answer", connector("c", "a1", "q2")],
  ["to the answer", connector("c", "q2", "a1")],
])("a connector %s makes it go on", async (_name, line) => {
  expect(
    await conversation(note("q2", "And then?"), note("q1", "Why?"), answer("a1", "Because."), line),
  ).toEqual([
    { role: "user", content: "question 1" },
    { role: "assistant", content: "Because." },
  ]);
});

test("a chain of notes is one conversation, oldest first", async () => {
  const widgets = [
    note("q1", ""),
    answer("a1", "One."),
    note("q2", "", { parent_id: "a1" }),
    answer("a2", "Two."),
    connector("c", "a2", "q3"),
  ];
  expect((await conversation(note("q3", "?"), ...widgets)).map(({ content }) => content)).toEqual([
    "question 1",
    "One.",
    "question 2",
    "Two.",
  ]);
});

test("notes that are connected in a circle end it", async () => {
  const widgets = [
    answer("a1", "One."),
    note("q1", ""),
    connector("c", "a1", "q2"),
    connector("d", "a1", "q1"),
  ];
  expect(await conversation(note("q2", "?"), ...widgets)).toHaveLength(2);
});

test("what is no answer of ours, or is not known any more, is left out", async () => {
  const lost = answer("unknown", "Old.");
  expect(await conversation(note("q2", "?"), lost, connector("c", "unknown", "q2"))).toEqual([]);
  expect(await conversation(note("q2", "?"), note("n", "by people"), connector("c", "n", "q2"))).toEqual([]);
});
