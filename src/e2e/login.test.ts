import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { chromiumPath, openBrowser } from "./browser.ts";
import { DashboardClient } from "./dashboard-client.ts";
import type { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";
import { complaintsOf, logIn } from "./watched-page.ts";

const PASSWORD = "a-long-password-of-the-tests";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start();
});

afterAll(async () => {
  await harness.close();
});

function start(changes: Record<string, string> = {}): Promise<Execution & { url: string }> {
  return harness.runDashboard({ WEBUI_PWD: PASSWORD, ...changes });
}

describe("in one service:", () => {
  let service: Execution & { url: string };

  beforeAll(async () => {
    service = await start({ WEBUI_TRUSTED_PROXIES: "10.0.0.0/8", CANVUSLLM_LOG_LEVEL: "debug" });
  });

  afterAll(async () => {
    await service.stop();
  });

  test("no route is open but the login, its assets and the health", async () => {
    const stranger = new DashboardClient(service.url);
    for (const path of ["/", "/history", "/metrics", "/errors", "/logs", "/nothing", "/.env"]) {
      const response = await stranger.get(path);
      expect([path, response.status]).toEqual([path, 303]);
      expect(response.headers.get("location")).toStartWith("/login");
    }
    for (const name of ["status", "history", "metrics", "errors", "logs", "events", "nothing"]) {
      const response = await stranger.get(`/api/v1/${name}`);
      expect([response.status, await response.json()]).toEqual([401, { error: expect.anything() }]);
    }
    expect((await stranger.get("/login")).status).toBe(200);
    expect((await stranger.get("/healthz")).status).toBe(200);
  });

  test("only pages of our own can be the way back", async () => {
    const client = new DashboardClient(service.url);
    const leads = async (next: string) => (await client.login(PASSWORD, next)).headers.get("location");
    expect(await leads("/?from=here")).toBe("/?from=here");
    for (const next of ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"]) {
      expect(await leads(next)).toBe("/");
    }
  });

  test("every answer has the headers that browsers need to protect people", async () => {
    const client = new DashboardClient(service.url);
    await client.login(PASSWORD);
    for (const path of ["/", "/login", "/nothing", "/healthz", "/assets/style.css"]) {
      const { headers } = await client.get(path);
      expect(headers.get("content-security-policy")).toMatch(/default-src 'none'(?!.*unsafe)/);
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("same-origin");
      expect(headers.get("permissions-policy")).toBeTruthy();
    }
  });

  test("a logout needs the token of the session and a page of ours", async () => {
    const client = new DashboardClient(service.url);
    await client.login(PASSWORD);
    const csrf = await client.csrfToken();
    expect((await client.post("/logout", {})).status).toBe(403);
    expect((await client.post("/logout", { csrf }, { origin: "http://evil.example" })).status).toBe(403);
    expect(await client.isIn()).toBe(true);
    expect((await client.post("/logout", { csrf })).headers.get("location")).toBe("/login");
    expect(await client.isIn()).toBe(false);
  });

  test("the sixth wrong password within a minute has to wait; addresses that somebody makes up do not help", async () => {
    const guesser = new DashboardClient(service.url);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const headers = { "x-forwarded-for": `10.1.1.${attempt}` };
      expect((await guesser.login(`wrong-guess-${attempt}`, "", headers)).status).toBe(401);
    }
    const refused = await guesser.login(PASSWORD);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeWithin(1, 61);
    expect(await refused.text()).toContain("Please wait");
    await service.loggedTimes(5, (line) => /login failed/.test(line.message));
    const failed = await service.logged((line) => /login failed/.test(line.message));
    expect(failed.client_address).toBe("127.0.0.1");
    await service.logged((line) => /login refused/.test(line.message));
    expect((await guesser.get("/healthz")).status).toBe(200);
  });

  test("no password, token or cookie reaches the log, the database or a model process", async () => {
    const text = service.stderr.join("\n");
    for (const secret of [PASSWORD, "wrong-guess", "canvuslocallm_session"])
      expect(text).not.toContain(secret);
    for (const name of ["data.db", "data.db-wal"]) {
      const bytes = await Bun.file(join(harness.folder, "data", name)).bytes();
      expect(Buffer.from(bytes).includes(PASSWORD)).toBe(false);
    }
    await service.logged((line) => line.message.endsWith(" is loaded"));
    for (const child of await service.children()) {
      expect(await Bun.file(`/proc/${child}/environ`).text()).not.toContain(PASSWORD);
    }
  });
});

test("a session survives a restart, and the kill of the service; a changed password ends it", async () => {
  const first = await start();
  const client = new DashboardClient(first.url);
  await client.login(PASSWORD);
  const { port } = new URL(first.url);
  expect(await client.isIn()).toBe(true);

  await first.stop("SIGKILL");
  const second = await start({ PORT: port });
  expect(await client.isIn()).toBe(true);
  await second.stop();
  const third = await start({ PORT: port });
  expect(await client.isIn()).toBe(true);
  await third.stop();

  const changed = await start({ PORT: port, WEBUI_PWD: "another-password" });
  expect(await client.isIn()).toBe(false);
  expect((await client.login(PASSWORD)).status).toBe(401);
  expect((await client.login("another-password")).status).toBe(303);
  expect(await client.isIn()).toBe(true);
  await changed.stop();
});

test("open to the network without HTTPS it warns, and behind a proxy that is named it does not", async () => {
  const isWarning = ({ message }: { message: string }) => message.includes("without HTTPS");
  const open = await start({ WEBUI_HOST: "0.0.0.0" });
  expect(open.log.some(isWarning)).toBe(true);
  await open.stop();
  const proxied = await start({ WEBUI_HOST: "0.0.0.0", WEBUI_TRUSTED_PROXIES: "127.0.0.1" });
  expect(proxied.log.some(isWarning)).toBe(false);
  await proxied.stop();
});

test("without a password the dashboard says how to set one, and prompts are answered all the same", async () => {
  const service = await harness.runReady();
  const visitor = new DashboardClient(service.url);
  for (const path of ["/", "/login", "/history"]) {
    const response = await visitor.get(path);
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining("WEBUI_PWD")]);
  }
  expect((await visitor.login("")).status).toBe(503);
  expect((await visitor.get("/api/v1/status")).status).toBe(503);
  const question = await harness.canvas.addNote("{{What is the capital of Japan?}}");
  await harness.canvas.answerWith("Tokyo.", question.id);
  await service.stop();
});

describe("over HTTPS", () => {
  let tls: { WEBUI_TLS_CERT: string; WEBUI_TLS_KEY: string };

  beforeAll(() => {
    tls = {
      WEBUI_TLS_CERT: join(harness.folder, "cert.pem"),
      WEBUI_TLS_KEY: join(harness.folder, "key.pem"),
    };
    const made = Bun.spawnSync([
      "openssl",
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
      ],
      ...["-keyout", tls.WEBUI_TLS_KEY, "-out", tls.WEBUI_TLS_CERT, "-subj", "/CN=localhost"],
    ]);
    if (!made.success) throw new Error(made.stderr.toString());
  });

  test("the cookie is bound to host and HTTPS, and browsers are told to stay there", async () => {
    const service = await start(tls);
    expect(service.url).toStartWith("https://");
    const client = new DashboardClient(service.url);
    const login = await client.login(PASSWORD);
    expect(login.headers.get("set-cookie")).toMatch(
      /^__Host-canvuslocallm_session=[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(login.headers.get("strict-transport-security")).toStartWith("max-age=");
    expect(await client.isIn()).toBe(true);
    await service.stop();
  });

  test.each([
    ["-tls1_1", "ALL:@SECLEVEL=0", false],
    ["-tls1_2", "AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", false],
    ["-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256", true],
    ["-tls1_3", "ALL", true],
  ])("%s with %s gets a connection: %j", async (version, ciphers, expected) => {
    const service = await start(tls);
    const { port } = new URL(service.url);
    const client = Bun.spawn(
      ["openssl", "s_client", "-connect", `127.0.0.1:${port}`, version, "-cipher", ciphers],
      { stdin: "ignore", stdout: "pipe", stderr: "ignore" },
    );
    expect(/Cipher is (?!\(NONE\))\w/.test(await new Response(client.stdout).text())).toBe(expected);
    await service.stop();
  });

  test("a key that does not belong to the certificate is said in one message", async () => {
    const service = harness.run({ WEBUI_PWD: PASSWORD, ...tls, WEBUI_TLS_KEY: tls.WEBUI_TLS_CERT });
    expect(await service.exited).toBe(1);
    const errors = service.log.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain("certificate or key");
  });

  test.skipIf(chromiumPath === undefined)("a person logs in under a base path", async () => {
    const service = await start({ ...tls, WEBUI_BASE_PATH: "/a/ai" });
    await using browser = await openBrowser();
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    const complaints = complaintsOf(page, service.url);
    await page.goto(`${service.url}/a/ai/?from=bookmark`);
    await logIn(page, PASSWORD);
    await page.waitForURL(`${service.url}/a/ai/?from=bookmark`);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: "__Secure-canvuslocallm_session",
      path: "/a/ai",
      httpOnly: true,
      secure: true,
      sameSite: "Strict",
    });
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${service.url}/a/ai/login`);
    expect(complaints).toEqual([]);
    await service.stop();
  });
});
