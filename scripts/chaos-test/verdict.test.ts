import { expect, test } from "bun:test";
import { type Asked, type Evidence, judge, type Note, type Row } from "./verdict.ts";

const asked: Asked = {
  title: "question 1",
  question: "Why?",
  answer: "Because.",
  confirmed: true,
  deleted: false,
};
const question: Note = {
  id: "q",
  text: "Why?",
  title: "question 1",
  location: { x: 0, y: 0 },
  size: { width: 300, height: 300 },
  scale: 1,
};
const answer: Note = {
  ...question,
  id: "a",
  text: "Because.",
  title: "AI answer 7",
  location: { x: 320, y: 0 },
};
const row: Row = {
  correlation_id: "7",
  widget_id: "q",
  response_widget_id: "a",
  response: "Because.",
  status: "succeeded",
};
const create = { method: "POST", applied: true, widget: { id: "a", title: "AI answer 7" } };
const clean: Evidence = { asked: [asked], canvases: [[question, answer], []], rows: [row], writes: [create] };

test("a question with one answer beside it is as it should be", () => {
  expect(judge(clean)).toEqual([]);
});

test("a question that was deleted before it was taken leaves nothing", () => {
  const gone = { ...asked, deleted: true };
  expect(judge({ asked: [gone], canvases: [[]], rows: [], writes: [] })).toEqual([]);
});

test.each<[string, Partial<Evidence>]>([
  ["is gone from the canvas", { canvases: [[answer]] }],
  ["has the rows []", { rows: [] }],
  ["belongs to no row", { rows: [] }],
  ["has the rows", { rows: [row, { ...row, correlation_id: "8" }] }],
  ["is answered by undefined", { canvases: [[question]] }],
  ["has the answers []", { canvases: [[question]] }],
  ["is answered by", { canvases: [[question, { ...answer, text: "Becau" }]] }],
  ["is running", { rows: [{ ...row, status: "running" }] }],
  ["is failed", { rows: [{ ...row, status: "failed" }] }],
  ["cancelled and left an answer", { rows: [{ ...row, status: "cancelled" }] }],
  ["a status line was left", { canvases: [[{ ...question, text: "Why? ⏳ AI: x" }, answer]] }],
  ["braces were left", { canvases: [[{ ...question, text: "{{Why?}}" }, answer]] }],
  ["reads", { canvases: [[{ ...question, text: "Why" }, answer]] }],
  ["overlap", { canvases: [[question, { ...answer, location: { x: 299, y: 0 } }]] }],
  ["was created 2 times", { writes: [create, { ...create, widget: { id: "twin", title: "AI answer 7" } }] }],
  [
    "is on the canvas 2 times",
    { canvases: [[question, { ...question, id: "q2", location: { x: 0, y: 900 } }, answer]] },
  ],
])("finds out what %s", (words, changes) => {
  expect(judge({ ...clean, ...changes }).join("\n")).toContain(words);
});
