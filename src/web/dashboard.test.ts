import { beforeEach, describe, expect, test } from "bun:test";
import { memoryRepository } from "./testing/memory-repository.ts";
import { PASSWORD, SESSION_IDLE_MS, SESSION_TIMEOUT_MS, TestDashboard } from "./testing/test-dashboard.ts";

let dashboard: TestDashboard;

beforeEach(async () => {
  dashboard = await TestDashboard.start();
});

/** Fields of the log entries whose message has these words. */
function messages(words: string): unknown[] {
  return dashboard.logger.entries
    .filter(({ message }) => message.includes(words))
    .map(({ fields }) => fields);
}

function target(response: Response): [number, string | null] {
  return [response.status, response.headers.get("location")];
}

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

describe("the login", () => {
  test("opens a session and leads to the page that was asked for", async () => {
    expect(target(await dashboard.login(PASSWORD, "/who?a=1"))).toEqual([303, "/who?a=1"]);
    expect(await (await dashboard.get("/who")).text()).toBe("192.0.2.1");
    expect(target(await dashboard.get("/login?next=/who"))).toEqual([303, "/who"]);
  });

  test.each([
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:x",
  ])("never leads to another site: %j", async (next) => {
    expect(target(await dashboard.login(PASSWORD, next))).toEqual([303, "/"]);
  });

  test("refuses a wrong password without a word more than needed", async () => {
    const response = await dashboard.login("wrong");
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(await response.text()).toContain("not the password");
    const logged = dashboard.logger.text();
    expect(logged).toContain("192.0.2.1");
    expect(logged).not.toContain('"wrong"');
  });

  test("refuses the sixth attempt within a minute, right or wrong, and says when to come back", async () => {
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect((await dashboard.login("wrong")).status).toBe(401);
    dashboard.clock += 18_000;
    const refused = await dashboard.login();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("42");
    expect(await refused.text()).toContain("wait 42 seconds");
    expect(messages("too many attempts")).toMatchObject([{ client_address: "192.0.2.1", times: 1 }]);
    dashboard.peer = "192.0.2.2";
    expect((await dashboard.login()).status).toBe(303);
  });

  test("takes no form of another site, and no nonsense", async () => {
    const fields = { password: PASSWORD };
    expect((await dashboard.post("/login", fields, { origin: "http://evil.example" })).status).toBe(403);
    expect((await dashboard.post("/login", fields, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await dashboard.post("/login", fields, { "sec-fetch-site": "same-site" })).status).toBe(403);
    expect((await dashboard.post("/login", { pass: "x" })).status).toBe(400);
  });

  test("begins a new session and ends the one before", async () => {
    await dashboard.login();
    const before = dashboard.cookie;
    await dashboard.login();
    expect(dashboard.cookie).not.toBe(before);
    dashboard.cookie = before;
    expect((await dashboard.get("/who")).status).toBe(303);
  });
});

describe("the session", () => {
  test("ends by time, however much it was used", async () => {
    await dashboard.login();
    for (dashboard.clock = 0; dashboard.clock < SESSION_TIMEOUT_MS; dashboard.clock += SESSION_IDLE_MS - 1) {
      expect((await dashboard.get("/who")).status).toBe(200);
    }
    dashboard.clock = SESSION_TIMEOUT_MS;
    expect((await dashboard.get("/who")).status).toBe(303);
  });

  test("ends earlier when nobody uses it", async () => {
    await dashboard.login();
    dashboard.clock += SESSION_IDLE_MS - 1;
    expect((await dashboard.get("/api/v1/status")).status).toBe(200);
    dashboard.clock += SESSION_IDLE_MS;
    expect((await dashboard.get("/who")).status).toBe(303);
    expect((await dashboard.get("/api/v1/status")).status).toBe(401);
  });

  test("has a cookie that scripts cannot read and other sites cannot use", async () => {
    expect((await dashboard.login()).headers.get("set-cookie")).toMatch(
      /^canvuslocallm_session=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict$/,
    );
    dashboard.tls = true;
    expect((await dashboard.login()).headers.get("set-cookie")).toMatch(
      /^__Host-canvuslocallm_session=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  test("survives a restart with the same password, and no other", async () => {
    const repository = memoryRepository();
    dashboard = await TestDashboard.start({ repository });
    await dashboard.login();
    const { cookie } = dashboard;
    const csrf = await dashboard.csrfToken();

    const same = await TestDashboard.start({ repository });
    same.cookie = cookie;
    expect((await same.get("/who")).status).toBe(200);
    expect(await same.csrfToken()).toBe(csrf);

    const changed = await TestDashboard.start({ repository, password: "another password" });
    changed.cookie = cookie;
    expect((await changed.get("/who")).status).toBe(303);

    const back = await TestDashboard.start({ repository });
    back.cookie = cookie;
    expect((await back.get("/who")).status).toBe(303);
  });

  test("ends with the logout, for good", async () => {
    const repository = memoryRepository();
    dashboard = await TestDashboard.start({ repository });
    await dashboard.login();
    const { cookie } = dashboard;
    const response = await dashboard.post("/logout", { csrf: await dashboard.csrfToken() });
    expect(target(response)).toEqual([303, "/login"]);
    expect(response.headers.get("set-cookie")).toContain("Max-Age=0");
    dashboard.cookie = cookie;
    expect((await dashboard.get("/who")).status).toBe(303);
    expect((await repository.loadAccess()).sessions).toEqual([]);
  });
});

test("somebody who fears for a session ends all of them, for good", async () => {
  const repository = memoryRepository();
  dashboard = await TestDashboard.start({ repository });
  await dashboard.login();
  const stolen = dashboard.cookie;
  dashboard.cookie = "";
  await dashboard.login();
  const csrf = await dashboard.csrfToken();
  expect((await dashboard.post("/logout/all", { csrf: "guess" })).status).toBe(403);
  expect(target(await dashboard.post("/logout/all", { csrf }))).toEqual([303, "/login"]);
  for (const cookie of [stolen, dashboard.cookie]) {
    dashboard.cookie = cookie;
    expect((await dashboard.get("/who")).status).toBe(303);
  }
  expect((await repository.loadAccess()).sessions).toEqual([]);
  expect(messages("all sessions")).toMatchObject([{ client_address: "192.0.2.1", sessions: 2 }]);
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
    expect(messages("no session")).toMatchObject([{ ...who, method: "GET", url: "/api/v1/status" }]);
    expect(messages("not from a page")).toMatchObject([{ ...who, method: "POST", url: "/logout" }]);
    dashboard.clock += 60_000;
    await dashboard.post("/logout", {});
    expect(messages("not from a page")).toMatchObject([{ times: 1 }, { times: 99 }, { times: 1 }]);
  });
});

describe("behind a proxy", () => {
  test("X-Forwarded-For of a stranger changes nothing: the attempts count for its real address", async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await dashboard.post("/login", { password: "x" }, { "x-forwarded-for": `10.0.0.${attempt}` });
    }
    const sixth = await dashboard.post("/login", { password: "x" }, { "x-forwarded-for": "10.0.0.9" });
    expect(sixth.status).toBe(429);
    const hints = dashboard.logger.entries.filter(({ message }) => /WEBUI_TRUSTED_PROXIES/.test(message));
    expect(hints.map(({ fields }) => fields.client_address)).toEqual(["192.0.2.1"]);
  });

  test("a trusted one tells who asks, and that the browser speaks HTTPS", async () => {
    dashboard = await TestDashboard.start({ trustedProxies: ["10.0.0.0/8"] });
    dashboard.peer = "10.0.0.1";
    const headers = { "x-forwarded-for": "203.0.113.7, 198.51.100.2", "x-forwarded-proto": "https" };
    const response = await dashboard.post("/login", { password: PASSWORD }, headers);
    expect(response.headers.get("set-cookie")).toContain("__Host-");
    expect(response.headers.get("strict-transport-security")).toContain("max-age");
    expect(await (await dashboard.get("/who", headers)).text()).toBe("198.51.100.2");
  });

  test("its name for us counts as ours", async () => {
    dashboard = await TestDashboard.start({ trustedProxies: ["10.0.0.1"] });
    const headers = { origin: "https://ai.example.com", "x-forwarded-host": "ai.example.com" };
    expect((await dashboard.post("/login", { password: PASSWORD }, headers)).status).toBe(403);
    dashboard.peer = "10.0.0.1";
    expect((await dashboard.post("/login", { password: PASSWORD }, headers)).status).toBe(303);
  });

  test.each([
    ["hands the base path on", "/a/ai"],
    ["takes the base path off", ""],
  ])("that %s", async (_, prefix) => {
    dashboard = await TestDashboard.start({ basePath: "/a/ai" });
    expect(target(await dashboard.get(`${prefix}/who?x=1`))).toEqual([
      303,
      "/a/ai/login?next=%2Fa%2Fai%2Fwho%3Fx%3D1",
    ]);
    const login = await dashboard.post(`${prefix}/login`, { password: PASSWORD, next: "/a/ai/who?x=1" });
    expect(target(login)).toEqual([303, "/a/ai/who?x=1"]);
    expect(login.headers.get("set-cookie")).toContain("Path=/a/ai;");
    const page = await (await dashboard.get(`${prefix}/`)).text();
    for (const [, url = ""] of page.matchAll(/(?:href|src|action)="([^"#]+)"/g)) {
      expect(url).toStartWith("/a/ai/");
      if (url.includes("/assets/")) expect((await dashboard.get(url)).status).toBe(200);
    }
    expect((await dashboard.get("/healthz")).status).toBe(200);
    expect((await dashboard.get("/a/ai/healthz")).status).toBe(200);
    dashboard.tls = true;
    const secure = await dashboard.login(PASSWORD, "/other");
    expect(target(secure)).toEqual([303, "/a/ai/"]);
    expect(secure.headers.get("set-cookie")).toStartWith("__Secure-canvuslocallm_session=");
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
