import { expect, test } from "bun:test";
import { type Asked, type Evidence, judge, type Row, type Widget, type Write } from "./verdict.ts";

const asked: Asked = {
  kind: "note",
  title: "question 1",
  question: "Why?",
  answer: "Because.",
  error: null,
  excuses: [],
  confirmed: true,
  deleted: false,
};
const root: Widget = {
  id: "root",
  widget_type: "SharedCanvas",
  parent_id: "",
  location: { x: 0, y: 0 },
  size: { width: 9600, height: 5400 },
  scale: 1,
};
const question: Widget = {
  id: "q",
  widget_type: "Note",
  parent_id: "root",
  text: "Why?",
  title: "question 1",
  location: { x: 0, y: 0 },
  size: { width: 300, height: 300 },
  scale: 1,
};
const answer: Widget = {
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
  error_code: null,
  duration_ms: 12,
};
const asks: Write = { method: "POST", applied: true, widget: { id: "q", title: "question 1" } };
const create: Write = { method: "POST", applied: true, widget: { id: "a", title: "AI answer 7" } };
const clean: Evidence = {
  asked: [asked],
  canvases: [[root, question, answer], []],
  rows: [row],
  writes: [asks, create],
  excuses: [],
};

/** The same, asked with an icon that is found by the name of its file. */
const icon: Widget = { ...question, widget_type: "Image", title: "AI_Icon_Canvus_Precis" };
const dropped: Evidence = {
  ...clean,
  asked: [{ ...asked, kind: "canvas icon", question: "", answer: null }],
  canvases: [[root, answer]],
  writes: [
    { method: "POST", applied: true, widget: { id: "q", title: "AI_Icon", original_filename: "question 1" } },
    create,
  ],
};
const failure: Row = { ...row, status: "failed", response: null, error_code: "DISK_FULL" };
const apology: Widget = { ...answer, text: "Sorry. (DISK_FULL)" };

test("a question with one answer beside it is as it should be", () => {
  expect(judge(clean)).toEqual([]);
});

test("an icon that is gone and has one answer is as it should be", () => {
  expect(judge(dropped)).toEqual([]);
});

test("a question that was deleted before it was taken leaves nothing", () => {
  const gone = { ...asked, deleted: true };
  expect(judge({ ...clean, asked: [gone], canvases: [[root]], rows: [] })).toEqual([]);
});

test("one that never came to the server is nobody's fault unless the server had confirmed it", () => {
  const lost = { ...clean, canvases: [[root]], rows: [], writes: [] };
  expect(judge({ ...lost, asked: [{ ...asked, confirmed: false }] })).toEqual([]);
  expect(judge(lost)).toEqual(["question 1 never came to the server"]);
});

test("one that is on the canvas was asked, also when the server was killed before it recorded that", () => {
  expect(judge({ ...clean, writes: [create] })).toEqual([]);
  expect(judge({ ...clean, writes: [create], rows: [], canvases: [[root, question]] })).toEqual([
    "question 1 has the rows []",
  ]);
});

test("an error that was to be expected, and said so on the canvas, is as it should be", () => {
  const wished = { ...asked, error: "DISK_FULL", answer: null };
  const told = { ...clean, canvases: [[root, question, apology]], rows: [failure] };
  expect(judge({ ...told, asked: [wished] })).toEqual([]);
  expect(judge({ ...told, excuses: ["DISK_FULL"] })).toEqual([]);
  expect(judge(told)).toEqual(['question 1 has the rows ["DISK_FULL"]']);
  const marked = { ...icon, title: "AI_Icon_Canvus_Precis ⏳ AI: failed", location: { x: 0, y: 900 } };
  const canvases = [[root, marked, apology]];
  expect(judge({ ...dropped, canvases, rows: [failure], excuses: ["DISK_FULL"] })).toEqual([]);
});

const isDropped = { ...dropped, canvases: [[root, { ...icon, location: { x: 0, y: 900 } }, answer]] };
const aside = { x: 0, y: 900 };

test.each<[string, Partial<Evidence>]>([
  ["is gone from the canvas", { canvases: [[root, answer]] }],
  ["has the rows []", { rows: [] }],
  ["belongs to no row", { rows: [] }],
  ["has the rows", { rows: [row, { ...row, correlation_id: "8" }] }],
  ["is answered by undefined", { canvases: [[root, question]] }],
  ["has the answers []", { canvases: [[root, question]] }],
  ["is answered by", { canvases: [[root, question, { ...answer, text: "Becau" }]] }],
  ["is running", { rows: [{ ...row, status: "running" }] }],
  ["failed and has the notes", { rows: [failure] }],
  ["took -3 ms", { rows: [{ ...row, duration_ms: -3 }] }],
  ["cancelled and left an answer", { rows: [{ ...row, status: "cancelled" }] }],
  ["a status line was left", { canvases: [[root, { ...question, text: "Why? ⏳ AI: x" }, answer]] }],
  [
    "a mark was left",
    { canvases: [[root, question, answer, { ...icon, id: "i", title: "⏳", location: aside }]] },
  ],
  ["braces were left", { canvases: [[root, { ...question, text: "{{Why?}}" }, answer]] }],
  ["reads", { canvases: [[root, { ...question, text: "Why" }, answer]] }],
  ["overlap", { canvases: [[root, question, { ...answer, location: { x: 299, y: 0 } }]] }],
  ["was not taken away", isDropped],
  [
    "was created 2 times",
    { writes: [asks, create, { ...create, widget: { id: "twin", title: "AI answer 7" } }] },
  ],
  [
    "is on the canvas 2 times",
    { writes: [asks, { ...asks, widget: { id: "q2", title: "question 1" } }, create] },
  ],
])("finds out what %s", (words, changes) => {
  expect(judge({ ...clean, ...changes }).join("\n")).toContain(words);
});
