import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { watch } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DownloadServer } from "../models/testing/download-server.ts";
import { mountSmallDisk } from "../observability/testing/small-disk.ts";
import { Execution, until } from "./executable.ts";
import { Harness } from "./harness.ts";
import type { TestNote } from "./test-canvas.ts";

const MODEL = await Bun.file(join(import.meta.dir, "../models/demo/demo-text.gguf")).bytes();
const SHA256 = new Bun.CryptoHasher("sha256").update(MODEL).digest("hex");
const PATH = "/m/tiny.gguf";
const TOKEN = "hf_token-of-the-tests";

let folder = "";
let models = "";
let server: DownloadServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-models-"));
  models = join(folder, "models");
  await mkdir(models);
  server = await new DownloadServer({ [PATH]: MODEL }).start();
});

afterEach(async () => {
  server.stop();
  await rm(folder, { recursive: true });
});

function command(args: readonly string[], settings: Record<string, string> = {}): Execution {
  return new Execution(["models", ...args], { CANVUSLLM_DATA_DIR: folder, RETRY_DELAY: "10ms", ...settings });
}

async function run(args: readonly string[], settings: Record<string, string> = {}) {
  const execution = command(args, settings);
  const code = await execution.exited;
  return { code, output: execution.stdout.join("\n"), errors: execution.stderr.join("\n") };
}

async function files(): Promise<string[]> {
  return (await readdir(models)).filter((name) => name !== ".models.lock").sort();
}

/** What the note beside an unfinished download says is safe on the disk; undefined when there is none. */
async function safeBytes(): Promise<number | undefined> {
  const note = Bun.file(join(models, "tiny.gguf.part.json"));
  if (!(await note.exists())) return undefined;
  return (await note.json()).done.reduce((sum: number, each: number) => sum + each, 0);
}

/** Waits until some of the file is safe on the disk, and not all. */
async function untilPartlySafe(): Promise<void> {
  let safe = 0;
  await until(
    () => (safe > 0 ? true : undefined),
    (changed) => {
      const watcher = watch(models, async () => {
        safe = (await safeBytes().catch(() => undefined)) ?? safe;
        changed();
      });
      return () => watcher.close();
    },
    () => "nothing of the download was noted",
  );
}

describe("models pull", () => {
  test("killed with SIGKILL in the middle, it goes on with what was safe on the disk", async () => {
    server.behave = () => ({ bytesPerSecond: 500_000 });
    const pull = command(["pull", `${server.url}${PATH}`]);
    await untilPartlySafe();
    await pull.stop("SIGKILL");
    const safe = (await safeBytes()) ?? 0;
    expect(safe).toBeGreaterThan(100_000);
    expect(safe).toBeLessThan(MODEL.length);
    expect(await Bun.file(join(models, "tiny.gguf")).exists()).toBe(false);

    server.sentBytes = 0;
    server.behave = () => ({});
    const { code, output } = await run(["pull", `${server.url}${PATH}`, "--json"]);
    expect(code).toBe(0);
    // One more: what the file is was asked for again, with its first byte.
    expect(server.sentBytes).toBe(MODEL.length - safe + 1);
    expect(JSON.parse(output).files).toMatchObject([{ sha256: SHA256, checksum: "recorded" }]);
    expect(await files()).toEqual(["tiny.gguf", "tiny.gguf.sha256"]);
    expect((await run(["verify", "tiny"])).code).toBe(0);
  });

  test("ended with Ctrl+C it says how to go on, and does", async () => {
    server.behave = () => ({ bytesPerSecond: 500_000 });
    const pull = command(["pull", `${server.url}${PATH}`]);
    await untilPartlySafe();
    expect(await pull.stop("SIGINT")).toBe(130);
    expect(pull.stderr.at(-1)).toContain("it goes on where it was the next time");
    const list = await run(["list"]);
    expect(list.output).toMatch(/tiny +partly here, [\d.]+ [MK]B of 5\.0 MB/);
    server.sentBytes = 0;
    server.behave = () => ({});
    expect((await run(["pull", `${server.url}${PATH}`])).code).toBe(0);
    expect(server.sentBytes).toBeLessThan(MODEL.length);
  });

  test("wrong bytes are refused and removed", async () => {
    const wrong = MODEL.slice();
    wrong[4_000_000] = (wrong[4_000_000] ?? 0) ^ 1;
    server.behave = () => ({ content: wrong, headers: { "x-linked-etag": `"${SHA256}"` } });
    const { code, errors } = await run(["pull", `${server.url}${PATH}`]);
    expect(code).toBe(1);
    expect(errors).toContain(`expected was ${SHA256}`);
    expect(await files()).toEqual([]);
  });

  test("the hub's token goes to the hub only, through the proxy of a settings file", async () => {
    const settings = join(folder, "office.env");
    await Bun.write(
      settings,
      `HTTP_PROXY=${server.url}\nHF_TOKEN=${TOKEN}\nCANVUSLLM_MODEL_MIRROR=http://hub.test\n`,
    );
    server.behave = (path) => (path === PATH ? { redirect: "http://storage.test/blob" } : { content: MODEL });
    const { code } = await run(["pull", `http://hub.test${PATH}`, "--env-file", settings, "--name", "mine"]);
    expect(code).toBe(0);
    expect(await files()).toEqual(["mine.gguf", "mine.gguf.sha256"]);
    const [first, ...others] = server.requests;
    expect(first?.target).toBe(`http://hub.test${PATH}`);
    expect(first?.headers.get("authorization")).toBe(`Bearer ${TOKEN}`);
    expect(new Set(others.map(({ target }) => target))).toEqual(new Set(["http://storage.test/blob"]));
    expect(others.some(({ headers }) => headers.has("authorization"))).toBe(false);
  });

  test.each<[string, number, string]>([
    ["no such file", 404, "does not have this file"],
    ["a license that was not accepted", 401, "HF_TOKEN"],
    ["a server in trouble", 503, "Try again later"],
  ])("%s is one clear sentence with what to do", async (_, status, said) => {
    server.behave = () => ({ status, headers: { "retry-after": "0" } });
    const { code, errors } = await run(["pull", `${server.url}${PATH}?signature=s3cret`]);
    expect(code).toBe(1);
    const lines = errors.split("\n");
    expect(lines.filter((line) => !line.endsWith("Trying again …"))).toHaveLength(1);
    expect(lines.at(-1)).toContain(said);
    expect(errors).not.toContain("s3cret");
  });

  test("a full disk is seen before anything is fetched", async () => {
    const disk = await mountSmallDisk();
    if (disk === null) return;
    try {
      const { code, errors } = await run(["pull", `${server.url}${PATH}`], { LLAMA_MODELS_DIR: disk.path });
      expect(code).toBe(1);
      expect(errors).toContain("of free space are needed");
      expect(server.requests).toHaveLength(1);
      expect(await readdir(disk.path)).toEqual([".models.lock"]);
    } finally {
      await disk.unmount();
    }
  });

  test("an unknown name is answered with the one that was meant", async () => {
    const { code, errors } = await run(["pull", "qwen3-vl-2"]);
    expect(code).toBe(1);
    expect(errors).toContain("Did you mean qwen3-vl-2b?");
  });
});

test("a model of this machine is imported, listed, checked and removed", async () => {
  const file = join(folder, "carried.gguf");
  await Bun.write(file, MODEL);
  expect((await run(["import", file, "--name", "mine"])).output).toContain(SHA256);
  const { models: listed } = JSON.parse((await run(["list", "--json"])).output);
  expect(listed.at(-1)).toMatchObject({ name: "mine", state: "ready", stored_bytes: MODEL.length });
  const used = await run(["remove", "mine"], { LLAMA_MODEL_PATH: "mine" });
  expect(used.code).toBe(1);
  expect(used.errors).toContain("--force");
  await Bun.write(join(models, "mine.gguf"), MODEL.slice().fill(1, 4_000_000, 4_000_001));
  const damaged = await run(["verify"]);
  expect(damaged.code).toBe(1);
  expect(damaged.output).toContain(`recorded was ${SHA256}`);
  expect((await run(["remove", "mine"])).code).toBe(0);
  expect(await files()).toEqual([]);
});

describe("the service downloads its model", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(async () => {
    await harness.close();
  });

  function start(): Execution {
    return harness.run({
      LLAMA_MODEL_PATH: "tiny",
      LLAMA_MODEL_URL: `${server.url}${PATH}`,
      LLAMA_MODELS_DIR: models,
      LLAMA_AUTO_DOWNLOAD: "true",
      RETRY_DELAY: "10ms",
    });
  }

  async function readiness(service: Execution): Promise<{ status: number; text: string }> {
    const response = await fetch(`${await service.dashboard()}/readyz`);
    return { status: response.status, text: await response.text() };
  }

  test("while dashboard and health are there and prompts wait, and they are answered when it has come", async () => {
    server.behave = () => ({ bytesPerSecond: 500_000 });
    const service = start();
    await service.logged((line) => line.message.startsWith("watching canvas"));
    const question = await harness.canvas.addNote("{{What is the capital of France?}}");
    await harness.canvas.until(
      (canvas) =>
        canvas.notes.find(({ text }) => text.includes("waiting for the model to be downloaded")) && true,
    );
    const { status, text } = await readiness(service);
    expect(status).toBe(503);
    expect(text).toMatch(/The model tiny is being downloaded, \d+ %\./);
    server.behave = () => ({});
    await service.logged((line) => line.message.endsWith(" is loaded"));
    await service.logged((line) => line.message === "prompt answered");
    const isReleased = ({ id, text }: TestNote) => id === question.id && !text.includes("⏳");
    await harness.canvas.until(({ notes }) => notes.find(isReleased));
    expect(harness.canvas.answers).toHaveLength(1);
    expect((await readiness(service)).status).toBe(200);
  });

  test("and goes on with it when it was killed meanwhile", async () => {
    server.behave = () => ({ bytesPerSecond: 500_000 });
    const first = start();
    await untilPartlySafe();
    await first.stop("SIGKILL");
    const safe = (await safeBytes()) ?? 0;
    server.sentBytes = 0;
    server.behave = () => ({});
    const second = start();
    await second.logged((line) => line.message.endsWith(" is loaded"));
    expect(server.sentBytes).toBe(MODEL.length - safe + 1);
    expect((await stat(join(models, "tiny.gguf"))).size).toBe(MODEL.length);
    // What is there is not even asked for.
    await second.stop();
    const requests = server.requests.length;
    const third = start();
    await third.logged((line) => line.message.endsWith(" is loaded"));
    expect(server.requests.length).toBe(requests);
  });

  test("and ends at once when it is told to stop meanwhile", async () => {
    server.behave = () => ({ silentAfter: 1000 });
    const service = start();
    await service.logged((line) => line.message.startsWith("watching canvas"));
    expect(await service.stop()).toBe(143);
  });
});

/** As root, or where users may make namespaces of their own. */
const LAUNCHERS = [
  ["unshare", "--net"],
  ["unshare", "--net", "--map-root-user"],
];
const launcher = LAUNCHERS.find(
  (each) => process.platform === "linux" && Bun.spawnSync([...each, "ip", "link", "set", "lo", "up"]).success,
);
if (launcher === undefined)
  process.stderr.write("SKIPPED: the test without a network needs unshare (root) and ip\n");

test.skipIf(launcher === undefined)(
  "without any network it starts, answers and is looked after, and tries to reach nobody",
  async () => {
    const inside = `ip link set lo up && exec "${process.execPath}" "${join(import.meta.dir, "offline-main.ts")}"`;
    const offline = Bun.spawn([...(launcher ?? []), "sh", "-c", inside], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [output, errors] = await Promise.all([
      new Response(offline.stdout).text(),
      new Response(offline.stderr).text(),
    ]);
    expect(errors).toBe("");
    const result = JSON.parse(output);
    expect(result).toMatchObject({ answer: "Paris.", exitCodes: [0, 0, 0, 0, 0], attempts: 0 });
    expect(result.control).toBeGreaterThan(0);
  },
);
