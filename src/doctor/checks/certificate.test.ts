import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCheck } from "../testing/run-check.ts";
import { certificate } from "./certificate.ts";
import { dns, tcp } from "./network.ts";

let folder: string;
let authority: string;
let server: Bun.Server<undefined>;
let plain: Bun.Server<undefined>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-doctor-tls-"));
  const openssl = (...args: string[]) => {
    const made = Bun.spawnSync(["openssl", ...args], { cwd: folder });
    if (!made.success) throw new Error(made.stderr.toString());
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-days",
    "400",
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=Test Authority",
  );
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  await Bun.write(join(folder, "names"), "subjectAltName=DNS:localhost");
  const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", ...signing, "-days", "90", "-out", "server.pem");
  authority = join(folder, "ca.pem");
  const fetch = () => new Response("");
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { key: Bun.file(join(folder, "server.key")), cert: Bun.file(join(folder, "server.pem")) },
    fetch,
  });
  plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
});

afterAll(async () => {
  await Promise.all([server.stop(true), plain.stop(true)]);
  await rm(folder, { recursive: true });
});

const look = (settings: Record<string, string>, check = certificate) => runCheck(check, settings);

test("an unknown authority is named, with what to do", async () => {
  const result = await look({ CANVUS_SERVER: `https://localhost:${server.port}` });
  expect(result).toMatchObject({ status: "fail", code: "CANVUS_TLS" });
  expect(result.message).toContain('"localhost", issued by "Test Authority"');
  expect(result.advice).toContain("CANVUS_CA_FILE");
});

test("ALLOW_SELF_SIGNED_CERTS makes it a warning", async () => {
  const result = await look({
    CANVUS_SERVER: `https://localhost:${server.port}`,
    ALLOW_SELF_SIGNED_CERTS: "true",
  });
  expect(result.status).toBe("warn");
  expect(result.message).toContain("Test Authority");
});

test("with the authority it is trusted and its end is told", async () => {
  const result = await look({ CANVUS_SERVER: `https://localhost:${server.port}`, CANVUS_CA_FILE: authority });
  expect(result.status).toBe("ok");
  expect(result.message).toMatch(/trusted for (89|90) days; TLSv1\.3; .* valid to \d{4}-\d\d-\d\d/);
});

test("another name than the certificate's is what is wrong then", async () => {
  const result = await look({ CANVUS_SERVER: `https://127.0.0.1:${server.port}`, CANVUS_CA_FILE: authority });
  expect(result.status).toBe("fail");
  expect(result.message).toContain("it is not for the name 127.0.0.1");
  expect(result.advice).toContain("CANVUS_SERVER");
});

test("a server without TLS on this port is told apart from a wrong certificate", async () => {
  const result = await look({ CANVUS_SERVER: `https://localhost:${plain.port}` });
  expect(result).toMatchObject({ status: "fail", code: "CANVUS_TLS" });
  expect(result.message).toContain("does not speak TLS");
  expect(result.advice).toContain("http://");
});

test("without https there is none: fine on this machine, a warning elsewhere", async () => {
  expect((await look({ CANVUS_SERVER: `http://127.0.0.1:${plain.port}` })).status).toBe("ok");
  expect((await look({ CANVUS_SERVER: "http://canvus.example.com" })).status).toBe("warn");
});

test("a port that nobody listens on, a name that nobody knows", async () => {
  const other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = other;
  other.stop(true);
  const refused = await look({ CANVUS_SERVER: `http://127.0.0.1:${port}` }, tcp);
  expect(refused.message).toBe(`127.0.0.1:${port} refuses connections: nothing listens there`);
  const unknown = await look({ CANVUS_SERVER: "http://no-such-host.invalid" }, dns);
  expect(unknown).toMatchObject({ status: "fail", code: "CANVUS_UNREACHABLE" });
  expect(unknown.message).toContain("no-such-host.invalid is not known");
});
