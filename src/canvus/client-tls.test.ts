import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rejection, testClient } from "./testing/test-server.ts";

let directory: string;
let certificate: string;
let url: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "canvus-tls-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const made = Bun.spawnSync([
    "openssl",
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
  ]);
  if (!made.success) throw new Error(made.stderr.toString());
  certificate = await Bun.file(cert).text();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { key: Bun.file(key), cert: certificate },
    fetch: () => Response.json({ id: "c", name: "Board" }),
  });
  url = `https://localhost:${server.port}`;
  stop = () => server.stop(true);
});

afterAll(async () => {
  await stop();
  await rm(directory, { recursive: true });
});

test("a self-signed certificate is refused with the reason, at once", async () => {
  const error = await rejection(testClient(url).client.getCanvas("c"));
  expect(error).toMatchObject({
    code: "CANVUS_TLS",
    message: expect.stringMatching(/certificate of localhost:\d+ .*self-signed/),
    hint: expect.stringContaining("CANVUS_CA_FILE"),
  });
});

test("with its certificate authority it is accepted, but not under another name", async () => {
  const tls = { allowSelfSigned: false, ca: certificate };
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
