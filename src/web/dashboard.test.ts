import { beforeEach, describe, expect, test } from "bun:test";
import { TestDashboard, target } from "./testing/test-dashboard.ts";

let dashboard: TestDashboard;

beforeEach(async () => {
  dashboard = await TestDashboard.start();
});

describe("somebody without a session", () => {
  test("is sent to the login from every path, there or not, and back to what was asked", async () => {
    expect(target(await dashboard.get("/"))).toEqual([303, "/login"]);
    expect(target(await dashboard.get("/who?a=1&b=2"))).toEqual([303, "/login?next=%2Fwho%3Fa%3D1%26b%3D2"]);
    expect(target(await dashboard.get("/nothing"))).toEqual([303, "/login?next=%2Fnothing"]);
    expect(target(await dashboard.get("/assets/other.js"))).toEqual([
      303,
      "/login?next=%2Fassets%2Fother.js",
    ]);
    expect(target(await dashboard.post("/logout", {}))).toEqual([303, "/login"]);
  });

  test("gets JSON from the API", async () => {
    const response = await dashboard.get("/api/v1/status");
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: "WEB_LOGIN_REQUIRED" } });
    expect((await dashboard.post("/api/v1/reset", {})).status).toBe(401);
  });

  test("may see the login page, what it needs, and the health", async () => {
    const page = await (await dashboard.get("/login?next=/who")).text();
    expect(page).toContain('name="password"');
    expect(page).toContain('name="next" value="/who"');
    for (const [, url = ""] of page.matchAll(/(?:href|src)="([^"]+)"/g)) {
      expect((await dashboard.get(url)).status).toBe(200);
    }
    expect((await dashboard.get("/healthz")).status).toBe(200);
    expect((await dashboard.get("/readyz")).status).toBe(200);
  });

  test("gets nothing with a made-up or damaged cookie", async () => {
    await dashboard.login();
    const [name, token = ""] = dashboard.cookie.split("=");
    for (const wrong of ["", "x", "A".repeat(43), token.slice(1), `${token}x`]) {
      dashboard.cookie = `${name}=${wrong}`;
      expect((await dashboard.get("/api/v1/status")).status).toBe(401);
    }
  });
});

describe("somebody who names a host of their own", () => {
  const hosts = [
    "x",
    "ab",
    "abc",
    "abcd",
    "abcdefghijkl",
    "x:80",
    "[::1]",
    "h/login?",
    "h/assets/style.css?",
  ];

  test.each(hosts)("gets no route behind the login: %s", async (host) => {
    for (const path of ["/login", "/assets/style.css", "/healthz", "/", "//who", "/login/.."]) {
      for (const query of ["?/who", "?/api/v1/status", "?x=/who", "#/who", "?"]) {
        const response = await dashboard.request(new Request(`http://${host}${path}${query}`));
        const text = await response.text();
        expect([host, path, query, text]).not.toEqual([host, path, query, "192.0.2.1"]);
        expect(text).not.toContain('"ok":true');
      }
    }
  });

  test("finds the login and, after it, the pages all the same", async () => {
    const login = await dashboard.request(new Request("http://x/login?/api/v1/status"));
    expect([login.status, await login.text()]).toEqual([200, expect.stringContaining('name="password"')]);
    await dashboard.login();
    const page = await dashboard.request(new Request("http://x/who?/api/v1/status"));
    expect(await page.text()).toBe("192.0.2.1");
    expect((await dashboard.request(new Request("http://x//who"))).status).toBe(404);
  });
});

describe("what changes something", () => {
  test("needs the token of the session, in the form or in a header", async () => {
    await dashboard.login();
    const csrf = await dashboard.csrfToken();
    expect((await dashboard.post("/logout", {})).status).toBe(403);
    expect((await dashboard.post("/logout", { csrf: "x".repeat(csrf.length) })).status).toBe(403);
    expect((await dashboard.post("/api/v1/reset", {})).status).toBe(403);
    expect((await dashboard.post("/api/v1/reset", {}, { "x-csrf-token": csrf })).status).toBe(200);
    expect((await dashboard.post("/api/v1/reset", { csrf })).status).toBe(200);
  });

  test("needs to come from our own pages, even with the token", async () => {
    await dashboard.login();
    const csrf = await dashboard.csrfToken();
    expect((await dashboard.post("/logout", { csrf }, { origin: "http://evil.example" })).status).toBe(403);
    expect((await dashboard.post("/logout", { csrf }, { origin: "null" })).status).toBe(403);
    const refused = await dashboard.post("/api/v1/reset", { csrf }, { "sec-fetch-site": "cross-site" });
    expect(await refused.json()).toMatchObject({ error: { code: "WEB_REQUEST_REFUSED" } });
    expect((await dashboard.get("/logout")).status).toBe(404);
    expect((await dashboard.get("/who")).status).toBe(200);
  });
});

describe("the log", () => {
  test("names who was refused and why, once a minute and not for every request", async () => {
    for (let n = 0; n < 100; n += 1) await dashboard.get("/api/v1/status");
    await dashboard.login();
    for (let n = 0; n < 100; n += 1) await dashboard.post("/logout", { csrf: `guess ${n}` });
    const who = { client_address: "192.0.2.1", times: 1 };
    expect(dashboard.logged("no session")).toMatchObject([{ ...who, method: "GET", url: "/api/v1/status" }]);
    expect(dashboard.logged("not from a page")).toMatchObject([{ ...who, method: "POST", url: "/logout" }]);
    dashboard.clock += 60_000;
    await dashboard.post("/logout", {});
    expect(dashboard.logged("not from a page")).toMatchObject([{ times: 1 }, { times: 99 }, { times: 1 }]);
  });
});

describe("every answer", () => {
  test("has the security headers", async () => {
    await dashboard.login();
    for (const path of ["/", "/login", "/healthz", "/assets/style.css", "/nothing", "/broken", "/api/v1/x"]) {
      const { headers } = await dashboard.get(path);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("content-security-policy")).not.toContain("unsafe");
      expect(headers.get("access-control-allow-origin")).toBeNull();
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("same-origin");
      expect(headers.get("permissions-policy")).toContain("camera=()");
      expect(headers.get("strict-transport-security")).toBeNull();
      expect(headers.get("cache-control")).toMatch(/no-store|no-cache/);
    }
  });

  test("fits what went wrong: a page for people, JSON for programs, details only in the log", async () => {
    await dashboard.login();
    const missing = await dashboard.get("/nothing");
    expect([missing.status, await missing.text()]).toEqual([
      404,
      expect.stringContaining("There is nothing here"),
    ]);
    const api = await dashboard.get("/api/v1/nothing");
    expect(await api.json()).toMatchObject({ error: { code: "WEB_NOT_FOUND" } });
    const broken = await dashboard.get("/broken");
    expect([broken.status, await broken.text()]).toEqual([500, expect.not.stringContaining("secret detail")]);
    expect(dashboard.logger.text()).toContain("secret detail");
  });
});

describe("without a password", () => {
  test("there is one page that says how to set it, and nothing else", async () => {
    dashboard = await TestDashboard.start({ password: null });
    for (const path of ["/", "/login", "/who", "/nothing"]) {
      const response = await dashboard.get(path);
      expect(response.status).toBe(503);
      expect(await response.text()).toContain("WEBUI_PWD");
    }
    expect((await dashboard.login("")).status).toBe(503);
    expect((await dashboard.get("/api/v1/status")).status).toBe(503);
    expect((await dashboard.get("/healthz")).status).toBe(200);
  });
});
