import { expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nanoid } from "nanoid";
import { FakeTimers } from "../testing/fake-timers.ts";
import { rejection } from "../testing/rejection.ts";
import type { CanvusClient } from "./client.ts";
import { startRawServer, startServer, TEST_TOKEN, testClient } from "./testing/test-server.ts";
import type { WidgetReference } from "./widget-input.ts";

const note = { id: "n1", widget_type: "Note", title: "t", text: "x" };
const msg = (status: number, text: string) => Response.json({ msg: text }, { status });

test("requests carry the token and hit /api/v1 whatever the base looks like", async () => {
  const server = startServer(() => Response.json([note, { widget_type: "CanvasBackground" }]));
  const { client } = testClient(`${server.url}/api/v1/`);
  expect(await client.listWidgets("c 1")).toEqual([note]);
  expect(server.requests[0]?.path).toBe("/api/v1/canvases/c%201/widgets");
  expect(server.requests[0]?.headers.get("private-token")).toBe(TEST_TOKEN);
});

test("server info needs no token; canvases are read with what old servers leave out", async () => {
  const server = startServer(({ path }) =>
    path.endsWith("/server-info")
      ? Response.json({ version: "3.2.0", api: ["v1.1", "v1.2"] })
      : Response.json([{ id: "c", name: "Board", folder_id: "1034", state: "normal" }, { id: 7 }]),
  );
  const { client } = testClient(server.url);
  expect(await client.serverInfo()).toEqual({ version: "3.2.0", api: ["v1.1", "v1.2"] });
  expect(server.requests[0]?.headers.has("private-token")).toBe(false);
  expect(await client.listCanvases()).toEqual([{ id: "c", name: "Board", state: "normal" }]);
});

test.each([
  [400, "CANVUS_BAD_REQUEST"],
  [401, "CANVUS_UNAUTHORIZED"],
  [403, "CANVUS_FORBIDDEN"],
  [404, "CANVUS_NOT_FOUND"],
  [409, "CANVUS_CONFLICT"],
  [413, "CANVUS_TOO_LARGE"],
  [501, "CANVUS_BAD_REQUEST"],
])("status %i is %s with the server's words, asked once", async (status, code) => {
  const server = startServer(() => msg(status, "Because I say so"));
  const error = await rejection(testClient(server.url).client.getCanvas("c"));
  expect(error).toMatchObject({
    code,
    context: { status_code: status, method: "GET", endpoint: "/canvases/c" },
  });
  expect(error).toHaveProperty("message", expect.stringContaining("Because I say so"));
  expect(server.requests).toHaveLength(1);
});

test.each([500, 502, 503, 429, 408])("status %i is repeated until it works", async (status) => {
  const server = startServer((_request, index) => (index < 2 ? msg(status, "busy") : Response.json(note)));
  expect(await testClient(server.url).client.getWidget("c", "n1")).toEqual(note);
  expect(server.requests).toHaveLength(3);
});

test("msg, else error, else the raw text is what the server said", async () => {
  for (const [body, said] of [
    ['{"msg":"one"}', "one"],
    ['{"error":"two"}', "two"],
    ["plain three", "plain three"],
    ["<!DOCTYPE html><html><body>four", "a web page"],
  ] as const) {
    const server = startServer(() => new Response(body, { status: 400 }));
    const error = await rejection(testClient(server.url).client.getCanvas("c"));
    expect(error).toHaveProperty("message", expect.stringContaining(said));
  }
});

test("an endless error page is not read to its end", async () => {
  const server = startServer(() => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x78)),
    });
    return new Response(body, { status: 400 });
  });
  const error = await rejection(testClient(server.url).client.getCanvas("c"));
  expect(error).toMatchObject({ code: "CANVUS_BAD_REQUEST" });
  expect(error instanceof Error && error.message.length).toBeLessThan(1000);
});

test.each([
  ["<html><body>Sign in</body></html>", "a web page came"],
  ["", "an empty answer"],
  ["{half", "not JSON"],
  ["{}", "not what Canvus sends"],
])("an answer of %p is a protocol error", async (body, said) => {
  const server = startServer(() => new Response(body));
  const error = await rejection(testClient(server.url, { maxRetries: 0 }).client.getCanvas("c"));
  expect(error).toMatchObject({ code: "CANVUS_PROTOCOL", message: expect.stringContaining(said) });
});

test("a refused connection names the host", async () => {
  const server = startServer(() => new Response());
  await server.stop();
  const error = await rejection(testClient(server.url, { maxRetries: 0 }).client.getCanvas("c"));
  expect(error).toMatchObject({
    code: "CANVUS_UNREACHABLE",
    message: expect.stringMatching(/^127\.0\.0\.1:\d+ .*refused/),
  });
});

test("a connection cut in the middle of an answer is repeated", async () => {
  const server = await startRawServer((socket, _received, index) => {
    const body = JSON.stringify(note);
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
    if (index === 0) socket.write(body.slice(0, 10), () => socket.resetAndDestroy());
    else socket.write(body);
  });
  expect(await testClient(server.url).client.getWidget("c", "n1")).toEqual(note);
});

test("something that is not HTTP is a protocol error", async () => {
  const server = await startRawServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  const error = await rejection(testClient(server.url, { maxRetries: 0 }).client.getCanvas("c"));
  expect(error).toMatchObject({ code: "CANVUS_PROTOCOL" });
});

test("silence ends in a timeout; bytes that keep coming push it back", async () => {
  const timers = new FakeTimers();
  const arrived = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const server = startServer(() => {
    return new Response(new ReadableStream({ start: (controller) => arrived.resolve(controller) }));
  });
  const { client } = testClient(server.url, { timers, maxRetries: 0, requestTimeoutMs: 30_000 });
  const reading = rejection(client.getCanvas("c"));
  const controller = await arrived.promise;
  timers.advance(20_000);
  const touched = timers.monotonicNow() + 30_000;
  controller.enqueue(new TextEncoder().encode('{"id":'));
  await timers.untilScheduled((_delayMs, at) => at === touched);
  timers.advance(29_999);
  expect(timers.pending).toBeGreaterThan(0);
  timers.advance(1);
  expect(await reading).toMatchObject({ code: "CANVUS_TIMEOUT", message: expect.stringContaining("30 s") });
  expect(timers.pending).toBe(0);
});

test("an abort by the caller is a cancellation and is not repeated", async () => {
  const controller = new AbortController();
  const server = startServer(() => {
    controller.abort();
    return new Promise<Response>(() => undefined);
  });
  const error = await rejection(testClient(server.url).client.listWidgets("c", controller.signal));
  expect(error).toMatchObject({ code: "CANCELLED" });
  expect(server.requests).toHaveLength(1);
});

async function downloaded(client: CanvusClient, widget: WidgetReference): Promise<string> {
  const path = join(tmpdir(), `cll-download-${nanoid()}`);
  try {
    await client.download("c", widget, path);
    return await Bun.file(path).text();
  } finally {
    await rm(path, { force: true });
  }
}

test("a read follows a redirect, without the token to another server", async () => {
  const other = startServer(() => new Response("bytes"));
  const server = startServer(({ path }) =>
    path.includes("moved")
      ? new Response("here")
      : Response.redirect(path.includes("near") ? "/api/v1/moved" : `${other.url}/elsewhere`, 302),
  );
  const { client } = testClient(server.url);
  const image = { widget_type: "Image" };
  expect(await downloaded(client, { id: "near", ...image })).toBe("here");
  expect(await downloaded(client, { id: "far", ...image })).toBe("bytes");
  expect(server.requests.every(({ headers }) => headers.has("private-token"))).toBe(true);
  expect(other.requests[0]?.headers.has("private-token")).toBe(false);
});

test("no redirect leads to another host", async () => {
  const other = startServer(() => new Response("of the inside"));
  const elsewhere = other.url.replace("127.0.0.1", "localhost");
  const server = startServer(() => Response.redirect(`${elsewhere}/latest/meta-data`, 302));
  const { client } = testClient(server.url, { maxRetries: 0 });
  const error = await rejection(downloaded(client, { id: "far", widget_type: "Image" }));
  expect(error).toMatchObject({
    code: "CANVUS_PROTOCOL",
    message: expect.stringContaining(`redirects to ${elsewhere}`),
  });
  expect(other.requests).toEqual([]);
});

test("a write that is redirected says where CANVUS_SERVER should point", async () => {
  const server = startServer(() => Response.redirect("https://canvus.example.org/api/v1/x", 301));
  const { client } = testClient(server.url, { maxRetries: 0 });
  const error = await rejection(client.patchWidget("c", note, { text: "y" }));
  expect(error).toMatchObject({ message: expect.stringContaining("https://canvus.example.org") });
});

test("redirects in a circle end", async () => {
  const server = startServer(() => Response.redirect("/api/v1/again", 302));
  const error = await rejection(testClient(server.url, { maxRetries: 0 }).client.getCanvas("c"));
  expect(error).toMatchObject({ code: "CANVUS_PROTOCOL", message: expect.stringContaining("redirects") });
});

test("a download above the cap is given up while reading, also without a length", async () => {
  const pdf = { id: "p", widget_type: "Pdf" };
  const server = startServer(({ path }) => {
    if (path.includes("/pdfs/p/")) return new Response(new Uint8Array(2000));
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(600));
        if (sent === 1000) controller.close();
      },
    });
    return new Response(body);
  });
  const { client } = testClient(server.url);
  expect(await rejection(downloaded(client, pdf))).toMatchObject({ code: "CANVUS_TOO_LARGE" });
  expect(await rejection(downloaded(client, { ...pdf, id: "q" }))).toMatchObject({
    code: "CANVUS_TOO_LARGE",
  });
  expect(server.requests.map(({ path }) => path)).toEqual([
    "/api/v1/canvases/c/pdfs/p/download",
    "/api/v1/canvases/c/pdfs/q/download",
  ]);
});

test("a disk that refuses the file is not taken for a broken connection", async () => {
  const server = startServer(() => new Response("data"));
  const { client } = testClient(server.url);
  const video = { id: "v", widget_type: "Video" };
  expect(
    await rejection(client.download("c", video, join(tmpdir(), "cll-no-such-folder", "file"))),
  ).toMatchObject({
    code: "DOWNLOAD_NOT_SAVED",
  });
  expect(server.requests).toHaveLength(1);
});

test("an empty download is not a file", async () => {
  const server = startServer((_request, index) => new Response(index === 0 ? "" : "data"));
  const { client } = testClient(server.url);
  expect(await downloaded(client, { id: "v", widget_type: "Video" })).toBe("data");
});

test("the token is in no error and no log line, even when the server repeats it", async () => {
  const server = startServer(({ headers }) => msg(403, `token ${headers.get("private-token")} has no right`));
  const { client, logger } = testClient(server.url);
  const error = await rejection(client.getCanvas("c"));
  expect(error).toHaveProperty("message", expect.stringContaining("token *** has no right"));
  expect(Bun.inspect(error, { depth: 20 }) + logger.text()).not.toContain(TEST_TOKEN);
});

test("a token with a line break is refused at once and not repeated", () => {
  const token = "secret-part\nsecond-line";
  try {
    testClient("http://localhost", { credentials: { token } });
  } catch (error) {
    expect(error).toMatchObject({ code: "CANVUS_UNAUTHORIZED" });
    expect(Bun.inspect(error)).not.toContain("secret-part");
    return;
  }
  throw new Error("was accepted");
});
