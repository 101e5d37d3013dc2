import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Widget } from "../canvus/widget.ts";
import { detectTrigger as detect } from "./detect-trigger.ts";
import { disarmBraces, parseNotePrompt, removeBraces } from "./note-prompt.ts";
import { hasStatus, withoutStatus, withStatus } from "./our-marks.ts";

const NOWHERE = () => undefined;
const detectTrigger = (widget: Widget) => detect(widget, NOWHERE);
const note = (text: string, more = {}) => ({ id: "n", widget_type: "Note", text, ...more });

describe("parseNotePrompt", () => {
  test.each([
    ["{{What is the capital of France?}}", "What is the capital of France?"],
    [
      "Budget 10k, three people.\n{{What are the risks here?}}",
      "Budget 10k, three people.\nWhat are the risks here?",
    ],
    ["before {{ a }} after", "before  a  after"],
    ["{{ one }} and {{ two }}", "one  and  two"],
    ["{{مرحبا}}", "مرحبا"],
    ["{{{code}}}", "{code}"],
    ["{{a {single} brace}}", "a {single} brace"],
    ["{{line\nbreak}}", "line\nbreak"],
    ["{{outer {{inner}} }}", "outer inner"],
  ])("%j asks %j", (text, prompt) => {
    expect(parseNotePrompt(text)).toEqual({ prompt, image: false });
  });

  test.each([
    "",
    "plain",
    "{{half typed",
    "half typed}}",
    "}}wrong way round{{",
    "{{}}",
    "{{   }}",
    "{ {spaced} }",
    "{{{{}}}}",
  ])("%j asks nothing", (text) => {
    expect(parseNotePrompt(text)).toBeNull();
  });

  test.each([
    ["{{image: a red fox}}", "a red fox"],
    ["please {{ IMAGE:a red\nfox }} thanks", "a red\nfox"],
  ])("%j asks for a picture of %j", (text, prompt) => {
    expect(parseNotePrompt(text)).toEqual({ prompt, image: true });
  });

  test("an image without a subject asks nothing", () => {
    expect(parseNotePrompt("{{image:}}")).toBeNull();
    expect(parseNotePrompt("{{image:  ")).toBeNull();
  });
});

describe("detectTrigger", () => {
  test("our own answers never trigger, whatever they contain", () => {
    expect(detectTrigger(note("{{again?}}", { title: "AI answer abc" }))).toBeNull();
    expect(detectTrigger(note("{{again?}}", { title: "AI answers are great" }))?.prompt).toBe("again?");
  });

  test("deleted notes, other widgets and notes without text ask nothing", () => {
    expect(detectTrigger(note("{{a}}", { state: "deleted" }))).toBeNull();
    expect(detectTrigger({ id: "i", widget_type: "Image", text: "{{a}}" })).toBeNull();
    expect(detectTrigger({ id: "n", widget_type: "Note" })).toBeNull();
    expect(detectTrigger({ id: "n", widget_type: "Note", text: undefined })).toBeNull();
  });

  test("types are matched whatever their case", () => {
    expect(detectTrigger({ id: "n", widget_type: "note", text: "{{a}}" })?.prompt).toBe("a");
  });
});

describe("the status line", () => {
  test("replaces the one before and goes without a trace", () => {
    const waiting = withStatus("What is the capital of France?", "waiting");
    const thinking = withStatus(waiting, "thinking");
    expect(thinking).toBe("What is the capital of France?\n\n⏳ AI: \u2060thinking");
    expect(hasStatus(thinking)).toBe(true);
    expect(withoutStatus(thinking)).toBe("What is the capital of France?");
  });

  test("leaves the carriage return at the end of a pasted text", () => {
    expect(withoutStatus(withStatus("Question\r", "thinking"))).toBe("Question\r");
    expect(withoutStatus("Question\r\n\r\n⏳ AI: \u2060thinking")).toBe("Question");
  });

  test("what somebody typed below it stays", () => {
    expect(withoutStatus(`${withStatus("Question", "thinking")}\nand one more thing`)).toBe(
      "Question\nand one more thing",
    );
  });

  test("is told from what people type themselves", () => {
    const typed = "Look:\n\n⏳ AI: waiting\nfor us";
    expect(hasStatus(typed)).toBe(false);
    expect(withoutStatus(withStatus(typed, "thinking"))).toBe(typed);
  });

  test("does not make another question of the same question", () => {
    const plain = detectTrigger(note("{{a}}"));
    expect(detectTrigger(note(withStatus("{{a}}", "the queue is full")))).toEqual(plain);
  });
});

const braces = fc.string({ unit: fc.constantFrom("{", "}", "a", " ", "\n") });

test("text without braces never triggers, and disarmed text neither", () => {
  fc.assert(
    fc.property(braces, (text) => {
      expect(parseNotePrompt(removeBraces(text))).toBeNull();
      expect(parseNotePrompt(disarmBraces(text))).toBeNull();
      expect(disarmBraces(text).replaceAll("\u2060", "")).toBe(text);
    }),
  );
});
