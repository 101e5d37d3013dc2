import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { parseElements } from "./frame.ts";

test("ink strokes and widgets without an id are left out", () => {
  const elements = [
    '{"id":"s","widget_type":"Annotation","points":"AAAA"}',
    '{"id":"n"}',
    '{"widget_type":"CanvasBackground","type":"haze"}',
  ];
  expect(parseElements(`[${elements.join(" ,")}]`)).toEqual([{ id: "n" }]);
});

test("unknown types and fields pass through unharmed", () => {
  const widget = { id: "v", widget_type: "RdpConnection", "host-id": "h", nested: { a: [1, null] } };
  expect(parseElements(JSON.stringify(widget))).toEqual([widget]);
});

test("known fields of the wrong type are dropped, so that nobody trips over them", () => {
  const updates = parseElements(
    '{"id":"n","widget_type":"Note","location":null,"size":{"width":"3","height":1},"scale":"1","text":7,"parent_id":null}',
  );
  expect(updates).toEqual([{ id: "n", widget_type: "Note" }]);
});

test.each([
  ["a size below 0", "size", { width: -1, height: 1 }],
  ["a place beyond every canvas", "location", { x: 1e300, y: 0 }],
])("%s counts as mistyped: answers could not be placed beside it", (_, field, value) => {
  const json = JSON.stringify({ id: "n", widget_type: "Pdf", [field]: value });
  expect(parseElements(json)).toEqual([{ id: "n", widget_type: "Pdf" }]);
});

test.each(['{"id":"a"', '{"msg":"Invalid token"}'])(
  "garbage is a protocol error that does not quote the line: %s",
  (json) => {
    try {
      parseElements(json);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: "CANVUS_PROTOCOL", retryable: true });
      expect(error instanceof AppError && error.message).not.toContain(json);
      return;
    }
    throw new Error("was accepted");
  },
);
