import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { parseFrame } from "./frame.ts";

test("an array and a lone object are both frames", () => {
  expect(parseFrame('[{"id":"a","widget_type":"Note"}]')).toEqual({
    isList: true,
    updates: [{ id: "a", widget_type: "Note" }],
  });
  expect(parseFrame('{"id":"a","state":"deleted"}')).toEqual({
    isList: false,
    updates: [{ id: "a", state: "deleted" }],
  });
  expect(parseFrame("[]")).toEqual({ isList: true, updates: [] });
});

test("ink strokes and widgets without an id are left out", () => {
  const frame = parseFrame(
    '[{"id":"s","widget_type":"Annotation","points":"AAAA"},{"widget_type":"CanvasBackground","type":"haze"},{"id":"n","widget_type":"Note"}]',
  );
  expect(frame.updates.map((update) => update.id)).toEqual(["n"]);
});

test("unknown types and fields pass through unharmed", () => {
  const widget = { id: "v", widget_type: "RdpConnection", "host-id": "h", nested: { a: [1, null] } };
  expect(parseFrame(JSON.stringify([widget])).updates).toEqual([widget]);
});

test("known fields of the wrong type are dropped, so that nobody trips over them", () => {
  const [update] = parseFrame(
    '[{"id":"n","widget_type":"Note","location":null,"size":{"width":"3","height":1},"scale":"1","text":7,"parent_id":null}]',
  ).updates;
  expect(update).toEqual({ id: "n", widget_type: "Note" });
});

test.each(["<html>", '[{"id":"a"', "[1]", "null", '"text"', '[["id"]]', '{"msg":"Invalid token"}'])(
  "garbage is a protocol error that does not quote the line: %s",
  (line) => {
    try {
      parseFrame(line);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: "CANVUS_PROTOCOL", retryable: true });
      expect(error instanceof AppError && error.message).not.toContain(line);
      return;
    }
    throw new Error("was accepted");
  },
);
