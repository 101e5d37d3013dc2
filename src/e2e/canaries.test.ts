import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { SETTING_NAMES, settingOf } from "../config/schema.ts";
import { DashboardClient } from "./dashboard-client.ts";
import { Execution } from "./executable.ts";
import { Harness, TOKEN } from "./harness.ts";

/** A proxy that nothing of this test goes through: every server here is on this machine. */
const PROXY_PASSWORD = "canary-proxy-Zq7x";

/** A value of its own for every setting that is secret, whatever the schema will hold one day. */
function canaries(): Record<string, string> {
  const names = SETTING_NAMES.filter((name) => settingOf(name).secret);
  return Object.fromEntries(
    names.map((name) => {
      if (name === "CANVUS_API_KEY") return [name, TOKEN];
      if (name.endsWith("_PROXY")) return [name, `http://someone:${PROXY_PASSWORD}@127.0.0.1:9`];
      return [name, `canary-${name.toLowerCase()}-Zq7x`];
    }),
  );
}

const SECRETS = canaries();
/** What must be nowhere: the values, the password inside the proxies' addresses, and all of it in base64. */
const HIDDEN = [...Object.values(SECRETS), PROXY_PASSWORD].flatMap((secret) => [
  secret,
  Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  encodeURIComponent(secret),
]);

let harness: Harness;
let service: Execution & { url: string };
let settings: Record<string, string>;

const received: string[] = [];

/** A model server that repeats everything it was told, as broken gateways do. */
const echo = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/models")) return Response.json({ data: [{ id: "echo" }] });
    const said = JSON.stringify(Object.fromEntries(request.headers));
    received.push(said);
    return Response.json({ error: { message: `no: ${said}`, type: said } }, { status: 400 });
  },
});

beforeAll(async () => {
  harness = await Harness.start();
  settings = {
    ...SECRETS,
    LLAMA_MODEL_PATH: "",
    CANVUS_USERNAME: "someone@example.com",
    TEXT_LLM_URL: echo.url.origin,
    VISION_LLM_URL: echo.url.origin,
    IMAGE_LLM_URL: echo.url.origin,
    GOOGLE_VISION_URL: echo.url.origin,
    CANVUSLLM_LOG_LEVEL: "debug",
    MAX_RETRIES: "0",
  };
  service = await harness.runDashboard(settings);
  await service.logged(({ message }) => message.startsWith("watching canvas"));
  await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.addNote("{{image: a red fox}}");
  await service.loggedTimes(2, ({ message }) => message === "prompt failed");
  const guesser = new DashboardClient(service.url);
  await guesser.login("a wrong password");
});

afterAll(async () => {
  await harness.close();
  await echo.stop(true);
});

function expectNone(where: string, text: string): void {
  expect([where, HIDDEN.filter((secret) => text.includes(secret))]).toEqual([where, []]);
}

async function command(...args: string[]): Promise<string> {
  const execution = new Execution(args, harness.settings(settings));
  await execution.exited;
  return [...execution.stdout, ...execution.stderr].join("\n");
}

test("the canaries are there: every secret setting has one, and the servers got theirs", async () => {
  expect(Object.keys(SECRETS).length).toBeGreaterThan(9);
  const config = JSON.parse(await command("config", "--json"));
  for (const name of Object.keys(SECRETS))
    expect([name, config.settings[name].value]).toEqual([name, "********"]);
  for (const name of ["TEXT_LLM_API_KEY", "IMAGE_LLM_API_KEY"]) {
    expect(received.some((said) => said.includes(SECRETS[name] ?? "?"))).toBe(true);
  }
  // What the servers repeated did come back to us, without the keys.
  expect(JSON.stringify(harness.canvas.notes)).toContain("authorization");
});

describe("no secret is in", () => {
  test("what the service wrote: log, log files, database", async () => {
    expectNone("stderr", [...service.stderr, ...service.stdout].join("\n"));
    const data = join(harness.folder, "data");
    const files = await readdir(data, { recursive: true, withFileTypes: true });
    const written = files.filter((file) => file.isFile());
    expect(written.map(({ name }) => name)).toContain("data.db");
    for (const { parentPath, name } of written) {
      expectNone(name, Buffer.from(await Bun.file(join(parentPath, name)).bytes()).toString("latin1"));
    }
  });

  test("the notes on the canvas", () => {
    expect(harness.canvas.notes.length).toBeGreaterThanOrEqual(4);
    expectNone("canvas", JSON.stringify([...harness.canvas.history.values()]));
  });

  test("any page or answer of the API", async () => {
    const visitor = new DashboardClient(service.url);
    await visitor.login(SECRETS.WEBUI_PWD ?? "");
    const { rows } = (await (await visitor.get("/api/v1/history")).json()) as {
      rows: { correlation_id: string }[];
    };
    expect(rows).toHaveLength(2);
    const one = rows.map(({ correlation_id }) => `/history/${correlation_id}`);
    const pages = ["/", "/history", "/metrics", "/errors", "/logs?level=debug&limit=500", ...one];
    const answers = [
      "status",
      "history",
      "history.csv",
      "history.json",
      "metrics",
      "errors",
      "logs?level=debug",
    ];
    for (const path of [
      ...pages,
      ...answers.map((name) => `/api/v1/${name}`),
      ...one.map((id) => `/api/v1${id}`),
    ]) {
      const response = await visitor.get(path);
      expect([path, response.status]).toEqual([path, 200]);
      expectNone(path, await response.text());
    }
    for (const path of ["/healthz", "/readyz", "/login"]) {
      expectNone(path, await (await new DashboardClient(service.url).get(path)).text());
    }
  });

  test("what commands print", async () => {
    for (const args of [
      ["config"],
      ["config", "--json"],
      ["history", "--json"],
      ["doctor"],
      ["doctor", "--json"],
    ])
      expectNone(args.join(" "), await command(...args));
  });

  test("a support bundle, with prompts or without", async () => {
    for (const options of [[], ["--include-prompts"]]) {
      const path = join(harness.folder, `bundle${options.length}.tar.gz`);
      expectNone("support-bundle", await command("support-bundle", path, ...options));
      const files = await new Bun.Archive(await Bun.file(path).bytes()).files();
      expect(files.size).toBeGreaterThan(5);
      for (const [name, file] of files) expectNone(name, await file.text());
    }
  });

  test("the complaint about a wrong setting", async () => {
    const names = Object.keys(SECRETS);
    const wrong = Object.fromEntries(names.map((name) => [name, `"${SECRETS[name]}"`]));
    const execution = new Execution(["run"], harness.settings({ ...settings, ...wrong }));
    expect(await execution.exited).toBe(1);
    const text = execution.stderr.join("\n");
    expect(text).toContain("CANVUS_API_KEY");
    expectNone("complaint", text);
  });
});

test("nobody else of this machine may read what the service wrote", async () => {
  const data = join(harness.folder, "data");
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
    const { mode } = await stat(join(entry.parentPath, entry.name));
    expect([entry.name, mode & 0o077]).toEqual([entry.name, 0]);
  }
});
