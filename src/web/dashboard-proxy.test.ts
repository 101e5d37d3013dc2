import { beforeEach, describe, expect, test } from "bun:test";
import { PASSWORD, TestDashboard, target } from "./testing/test-dashboard.ts";

let dashboard: TestDashboard;

beforeEach(async () => {
  dashboard = await TestDashboard.start();
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
