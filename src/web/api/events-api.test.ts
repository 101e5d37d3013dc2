import { afterEach, beforeEach, expect, test } from "bun:test";
import { TestPages } from "../testing/test-pages.ts";

let pages: TestPages;

beforeEach(async () => {
  pages = await TestPages.start();
});

afterEach(() => pages.stop());

/** Reads a stream until it has said something, or has ended. */
async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  wanted: string,
): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return null;
    text += decoder.decode(value);
    if (text.includes(wanted)) return text;
  }
}

async function open(query = ""): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await pages.visitor.get(`/api/v1/events${query}`);
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  const reader = response.body?.getReader();
  if (!reader) throw new Error("no stream");
  return reader;
}

test("the state comes at once, after a heartbeat", async () => {
  const reader = await open();
  const text = await readUntil(reader, '"version":"1.2.3"');
  expect(text).toStartWith("event: heartbeat\ndata: {}\n\nevent: status\ndata: {");
  await reader.cancel();
  expect(pages.streams.size).toBe(0);
});

test("log entries come as they are written, as far as they are wanted", async () => {
  const reader = await open("?topic=log&level=warn&q=NEEDLE");
  const entry = (level: string, message: string) =>
    `${JSON.stringify({ timestamp: "2026-01-10T12:00:00.000Z", level, message })}\n`;
  pages.logTail.write(entry("info", "needle, but not important"), "info");
  pages.logTail.write(entry("error", "something else"), "error");
  pages.logTail.write(entry("error", "the Needle"), "error");
  const text = await readUntil(reader, "event: log");
  expect(text?.match(/event: log/g)).toHaveLength(1);
  expect(text).toContain("the Needle");
  await reader.cancel();
});

test("a stream ends with its session", async () => {
  const reader = await open();
  const csrf = await pages.visitor.csrfToken();
  await pages.visitor.post("/logout", { csrf });
  expect(await readUntil(reader, "never")).toBeNull();
  expect(pages.streams.size).toBe(0);
});

test("HEAD gets the headers at once, and holds no stream open", async () => {
  const response = await pages.visitor.request(
    new Request("http://dashboard.test/api/v1/events", { method: "HEAD" }),
  );
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  expect(response.body).toBeNull();
  expect(pages.streams.size).toBe(0);
});

test("the service ends all streams, and opens none after that", async () => {
  const readers = [await open(), await open("?topic=log")];
  pages.streams.close();
  for (const reader of readers) expect(await readUntil(reader, "never")).toBeNull();
  expect((await pages.visitor.get("/api/v1/events")).status).toBe(503);
});

test("so many streams are open at once, and no more", async () => {
  const readers = [];
  for (let n = 0; n < 50; n += 1) readers.push(await open("?topic=log"));
  const refused = await pages.visitor.get("/api/v1/events");
  expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: "WEB_OVERLOADED" } }]);
  await readers[0]?.cancel();
  await (await open()).cancel();
});

test("who does not read is told how much was left out, and costs no memory", async () => {
  const reader = await open("?topic=log");
  const line = `${JSON.stringify({ timestamp: "2026-01-10T12:00:00.000Z", level: "info", message: "again" })}\n`;
  for (let n = 0; n < 1000; n += 1) pages.logTail.write(line, "info");
  for (let n = 0; n < 5; n += 1) await reader.read();
  pages.logTail.write(line, "info");
  expect(await readUntil(reader, "event: dropped")).toMatch(/data: \{"events":\d{3}\}/);
  await reader.cancel();
});
