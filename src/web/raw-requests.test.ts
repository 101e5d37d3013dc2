import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { TestDashboard } from "./testing/test-dashboard.ts";
import { WebServer } from "./web-server.ts";

let visitor: TestDashboard;
let web: WebServer;

beforeAll(async () => {
  visitor = await TestDashboard.start();
  await visitor.login();
  web = new WebServer({
    hostname: "127.0.0.1",
    port: 0,
    dashboard: visitor.dashboard,
    logger: visitor.logger,
  });
  web.start();
});

afterAll(() => web.stop());

/** Sends bytes as they are, and `Connection: close` in what is asked ends the wait. */
async function exchange(bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(web.url).port), "127.0.0.1", () => socket.write(bytes, "latin1"));
  let answer = "";
  socket.setEncoding("latin1");
  socket.on("data", (text) => {
    answer += text;
  });
  socket.on("close", () => resolve(answer));
  socket.on("error", reject);
  return promise;
}

/** The status of every answer that came. */
async function statuses(bytes: string): Promise<number[]> {
  return [...(await exchange(bytes)).matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

function get(path: string, host: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
}

describe("a host that the client makes up", () => {
  test.each(["x", "abc", "", "[::::", "a b", "x/../..@evil.example", "h/login?", "h/assets/style.css?"])(
    "opens nothing: %j",
    async (host) => {
      for (const path of [
        "/login?/who",
        "/login?/api/v1/status",
        "/assets/style.css?/who",
        "/who",
        "//x/who",
      ]) {
        const answer = await exchange(get(path, host));
        expect(answer).toMatch(/^HTTP\/1\.1 (200|303|400|401) /);
        expect(answer).not.toMatch(/127\.0\.0\.1|"ok"/);
      }
    },
  );

  test("is not needed: programs of HTTP/1.0 ask for the health without one", async () => {
    const answer = await exchange("GET /healthz HTTP/1.0\r\n\r\n");
    expect(answer).toStartWith("HTTP/1.1 200");
    expect(answer).toContain("Content-Security-Policy");
  });
});

const SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

test.each([
  ["two lengths", "Content-Length: 4\r\nContent-Length: 10\r\n\r\nabcd"],
  ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 90\r\n\r\n0\r\n\r\n"],
  ["an unknown encoding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
  ["a blank before the colon", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"],
  ["a length with a sign", "Content-Length: +4\r\n\r\nabcd"],
  ["a folded header", "A: b\r\n c\r\nContent-Length: 0\r\n\r\n"],
  ["a zero byte", "A: b\0c\r\nContent-Length: 0\r\n\r\n"],
])("a request whose end could be read in two ways is refused, with all that follows: %s", async (_, rest) => {
  expect(await statuses(`POST /login HTTP/1.1\r\nHost: x\r\n${rest}${SMUGGLED}`)).toEqual([400]);
});

test("methods that are not used are refused, TRACE too", async () => {
  for (const method of ["TRACE", "CONNECT", "OPTIONS", "PUT", "DELETE", "PATCH"]) {
    for (const path of ["/login", "/healthz", "/assets/style.css"]) {
      expect([method, path, (await fetch(web.url + path, { method })).status]).toEqual([method, path, 404]);
    }
  }
});
