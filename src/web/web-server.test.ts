import { afterEach, beforeEach, expect, test } from "bun:test";
import type { AppError } from "../errors/app-error.ts";
import { PASSWORD, TestDashboard } from "./testing/test-dashboard.ts";
import { WebServer } from "./web-server.ts";

let web: WebServer;

beforeEach(async () => {
  const { dashboard } = await TestDashboard.start();
  web = new WebServer({ hostname: "127.0.0.1", port: 0, dashboard });
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

test("so many requests are answered at once, and no more", async () => {
  const gate = Promise.withResolvers<Response>();
  const full = Promise.withResolvers<void>();
  let answering = 0;
  const slow = new WebServer({
    hostname: "127.0.0.1",
    port: 0,
    dashboard: {
      answer: async () => {
        answering += 1;
        if (answering === 200) full.resolve();
        return (await gate.promise).clone();
      },
    },
  });
  slow.start();
  const waiting = Array.from({ length: 200 }, () => fetch(slow.url, { keepalive: false }));
  await full.promise;
  const refused = await fetch(slow.url);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  gate.resolve(new Response("done"));
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]));
  await slow.stop();
});

test("a taken port is an error with a code, also when Bun itself has it", async () => {
  const { dashboard } = await TestDashboard.start();
  const other = new WebServer({ hostname: "127.0.0.1", port: Number(new URL(web.url).port), dashboard });
  expect(codeOf(() => other.start())).toBe("PORT_IN_USE");
});

test("a key that does not fit is an error with a code", async () => {
  const { dashboard } = await TestDashboard.start();
  const tls = { cert: "no certificate", key: "no key" };
  const other = new WebServer({ hostname: "127.0.0.1", port: 0, tls, dashboard });
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
