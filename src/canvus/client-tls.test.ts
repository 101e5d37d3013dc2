import { afterAll, beforeAll, expect, test } from "bun:test";
import { type SelfSignedServer, startSelfSignedServer } from "../http/testing/self-signed-server.ts";
import { rejection } from "../testing/rejection.ts";
import { testClient } from "./testing/test-server.ts";

let server: SelfSignedServer;
let url: string;

beforeAll(async () => {
  server = await startSelfSignedServer(() => Response.json({ id: "c", name: "Board" }));
  url = server.url;
});

afterAll(() => server.stop());

test("a self-signed certificate is refused with the reason, at once", async () => {
  const error = await rejection(testClient(url).client.getCanvas("c"));
  expect(error).toMatchObject({
    code: "CANVUS_TLS",
    message: expect.stringMatching(/certificate of localhost:\d+ .*self-signed/),
    hint: expect.stringContaining("CANVUS_CA_FILE"),
  });
});

test("with its certificate authority it is accepted, but not under another name", async () => {
  const tls = { allowSelfSigned: false, ca: server.certificate };
  expect(await testClient(url, { tls }).client.getCanvas("c")).toMatchObject({ name: "Board" });
  const otherName = url.replace("localhost", "127.0.0.1");
  expect(await rejection(testClient(otherName, { tls }).client.getCanvas("c"))).toMatchObject({
    code: "CANVUS_TLS",
    message: expect.stringContaining("another host name"),
  });
});

test("self-signed certificates can be allowed, with a warning", async () => {
  const { client, logger } = testClient(url, { tls: { allowSelfSigned: true } });
  expect(await client.getCanvas("c")).toMatchObject({ name: "Board" });
  expect(logger.entries.filter(({ level }) => level === "warn")).toHaveLength(1);
});

test("allowing them for one client changes nothing for another", async () => {
  await testClient(url, { tls: { allowSelfSigned: true } }).client.getCanvas("c");
  expect(await rejection(testClient(url).client.getCanvas("c"))).toMatchObject({ code: "CANVUS_TLS" });
});

test("a certificate authority that is none is reported before anything is asked", () => {
  expect(() => testClient(url, { tls: { allowSelfSigned: false, ca: "not a certificate" } })).toThrow(
    "CANVUS_CA_FILE does not hold a certificate",
  );
});

test("https on a port that speaks http is a clear error", async () => {
  const plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("") });
  const error = await rejection(testClient(`https://127.0.0.1:${plain.port}`).client.getCanvas("c"));
  await plain.stop(true);
  expect(error).toMatchObject({
    code: "CANVUS_TLS",
    message: expect.stringContaining("does the server speak https"),
  });
});
