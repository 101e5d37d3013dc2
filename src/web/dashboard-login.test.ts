import { beforeEach, describe, expect, test } from "bun:test";
import { memoryRepository } from "./testing/memory-repository.ts";
import {
  PASSWORD,
  SESSION_IDLE_MS,
  SESSION_TIMEOUT_MS,
  TestDashboard,
  target,
} from "./testing/test-dashboard.ts";

let dashboard: TestDashboard;

beforeEach(async () => {
  dashboard = await TestDashboard.start();
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
    expect(dashboard.logged("too many attempts")).toMatchObject([{ client_address: "192.0.2.1", times: 1 }]);
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
  expect(dashboard.logged("all sessions")).toMatchObject([{ client_address: "192.0.2.1", sessions: 2 }]);
});
