import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect } from "node:net";
import type { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { Changes } from "../testing/changes.ts";
import { countOpenFiles, openFilesBound } from "./open-files.ts";
import { PASSWORD, TestDashboard } from "./testing/test-dashboard.ts";
import { WebServer } from "./web-server.ts";

const logger = new RecordingLogger();
let web: WebServer;

beforeEach(async () => {
  const { dashboard } = await TestDashboard.start();
  web = new WebServer({ hostname: "127.0.0.1", port: 0, dashboard, logger });
  web.start();
});

afterEach(() => web.stop());

test("answers with what the dashboard says", async () => {
  expect(await (await fetch(`${web.url}/healthz`)).json()).toEqual({ status: "ok" });
  const body = new URLSearchParams({ password: PASSWORD, next: "/who" });
  const login = await fetch(`${web.url}/login`, { method: "POST", body, redirect: "manual" });
  const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
  const who = await fetch(`${web.url}/who`, { headers: { cookie } });
  expect(await who.text()).toBe("127.0.0.1");
});

test("bodies and headers are bounded", async () => {
  const body = new Uint8Array(70_000);
  expect((await fetch(`${web.url}/login`, { method: "POST", body })).status).toBe(413);
  expect((await fetch(web.url, { headers: { big: "x".repeat(20_000) } })).status).toBe(431);
});

/** One HTTP request from an address of this machine. @returns status and all that came with it */
async function requestFrom(localAddress: string, port: number, path = "/"): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ port, host: "127.0.0.1", localAddress }, () =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
  );
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes;
  });
  socket.on("close", () => resolve(answer));
  socket.on("error", reject);
  return promise;
}

test("so many requests are answered at once, of one address half of them, and the health always", async () => {
  const gate = Promise.withResolvers<Response>();
  const arrived = new Changes();
  let answering = 0;
  const slow = new WebServer({
    hostname: "127.0.0.1",
    port: 0,
    logger,
    dashboard: {
      answer: async ({ url }) => {
        if (url.endsWith("/healthz")) return new Response("alive");
        answering += 1;
        arrived.happened();
        return (await gate.promise).clone();
      },
    },
  });
  slow.start();
  const port = Number(new URL(slow.url).port);
  const first = Array.from({ length: 100 }, () => requestFrom("127.0.0.1", port));
  await arrived.until(() => answering === 100);
  const refused = await requestFrom("127.0.0.1", port);
  expect(refused).toStartWith("HTTP/1.1 503");
  expect(refused.toLowerCase()).toContain("retry-after: 1\r\n");
  expect(refused).toContain("nosniff");
  const second = Array.from({ length: 100 }, () => requestFrom("127.0.0.2", port));
  await arrived.until(() => answering === 200);
  expect(await requestFrom("127.0.0.3", port)).toStartWith("HTTP/1.1 503");
  expect(await requestFrom("127.0.0.1", port, "/healthz")).toContain("alive");
  gate.resolve(new Response("done"));
  for (const answer of await Promise.all([...first, ...second])) expect(answer).toStartWith("HTTP/1.1 200");
  expect(await requestFrom("127.0.0.1", port)).toStartWith("HTTP/1.1 200");
  await slow.stop();
});

test("too many connections are closed, whatever they do, and others come in again", async () => {
  const { dashboard } = await TestDashboard.start();
  const open = countOpenFiles();
  const small = new WebServer({
    hostname: "127.0.0.1",
    port: 0,
    dashboard,
    logger,
    openFilesBound: open + 100,
  });
  small.start();
  const port = Number(new URL(small.url).port);
  const closed = Array.from({ length: 200 }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nA"));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
    return promise;
  });
  await Promise.all(closed);
  expect(await (await fetch(`${small.url}/healthz`)).json()).toEqual({ status: "ok" });
  expect(logger.text()).toContain("too many connections");
  await small.stop();
});

test.each([
  ["Max open files            1024                 524288               files", 512],
  ["Max open files            65536                65536                files", 4000],
  ["Max open files            unlimited            unlimited            files", 4000],
  ["", 4000],
])("half of the files that the system allows may be connections: %s", (limits, bound) => {
  expect(openFilesBound(`Limit  Soft Limit  Hard Limit  Units\n${limits}\n`)).toBe(bound);
});

test("a taken port is an error with a code, also when Bun itself has it", async () => {
  const { dashboard } = await TestDashboard.start();
  const other = new WebServer({
    hostname: "127.0.0.1",
    port: Number(new URL(web.url).port),
    dashboard,
    logger,
  });
  expect(codeOf(() => other.start())).toBe("PORT_IN_USE");
});

test("a key that does not fit is an error with a code", async () => {
  const { dashboard } = await TestDashboard.start();
  const tls = { cert: "no certificate", key: "no key" };
  const other = new WebServer({ hostname: "127.0.0.1", port: 0, tls, dashboard, logger });
  expect(codeOf(() => other.start())).toBe("WEB_TLS_INVALID");
});

function codeOf(run: () => void): string | undefined {
  try {
    run();
  } catch (thrown) {
    return (thrown as AppError).code;
  }
  return undefined;
}
