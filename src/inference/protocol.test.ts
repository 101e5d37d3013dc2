import { describe, expect, test } from "bun:test";
import { type MessageToRunner, parseMessageFromRunner, parseMessageToRunner } from "./protocol.ts";

const generate = {
  type: "run",
  id: 1,
  correlationId: "abc",
  request: {
    kind: "text",
    messages: [{ role: "user", content: "Hi" }],
    maxTokens: 10,
    temperature: 0,
  },
} satisfies MessageToRunner;

describe("messages that arrive", () => {
  test("are taken when they are in the protocol", () => {
    expect(parseMessageToRunner(generate)).toEqual(generate);
    expect(parseMessageToRunner({ type: "shutdown" })).toEqual({ type: "shutdown" });
    expect(parseMessageFromRunner({ type: "heartbeat", progress: 3, rss: 1 })).not.toBeNull();
  });

  test.each([
    ["nothing", undefined],
    ["text", "generate"],
    ["an unknown type", { type: "reboot" }],
    ["work that nobody does", { ...generate, request: { ...generate.request, kind: "cook" } }],
    ["a request without messages", { ...generate, request: { ...generate.request, messages: [] } }],
    [
      "an unknown role",
      { ...generate, request: { ...generate.request, messages: [{ role: "root", content: "" }] } },
    ],
    [
      "absurd numbers",
      { ...generate, request: { ...generate.request, maxTokens: Number.POSITIVE_INFINITY } },
    ],
  ])("are refused otherwise: %s", (_name, value) => {
    expect(parseMessageToRunner(value)).toBeNull();
  });

  test.each([
    ["an unknown error code", { type: "failed", id: 1, error: { code: "OOPS", message: "" } }],
    ["a level that the logger does not have", { type: "log", level: "child", message: "" }],
    ["a negative time", { type: "loaded", model: {}, load_ms: -1 }],
    ["a runner's order to the service", { type: "load", options: {} }],
  ])("are refused from a runner: %s", (_name, value) => {
    expect(parseMessageFromRunner(value)).toBeNull();
  });
});
