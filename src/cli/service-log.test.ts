import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openSync, statSync, watch } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listLogFiles } from "../observability/log-folder.ts";
import { problemsOfEntry } from "../observability/testing/check-log-entry.ts";

const SECRET = "s3cret-of-the-tests";
const COUNT = 3000;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cll-service-log-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function start(args: readonly string[], environment: Record<string, string> = {}) {
  return Bun.spawn(commandOf(args), {
    env: settings(environment),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

function commandOf(args: readonly string[]): string[] {
  return [process.execPath, join(import.meta.dir, "testing/noisy-service.ts"), ...args];
}

function settings(changes: Record<string, string>): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    CANVUS_SERVER: "http://127.0.0.1:1",
    CANVUS_API_KEY: SECRET,
    CANVAS_IDS: "x",
    LLAMA_MODEL_PATH: "builtin:demo",
    CANVUSLLM_DATA_DIR: directory,
    ...changes,
  };
}

interface Entry {
  readonly level: string;
  readonly message: string;
  readonly n?: number;
  readonly error?: { readonly name: string; readonly code?: string };
}

function entriesOf(text: string): Entry[] {
  const lines = text.split("\n").filter((line) => line !== "");
  expect(lines.flatMap(problemsOfEntry)).toEqual([]);
  return lines.map((line) => JSON.parse(line));
}

async function entriesInFiles(folder = join(directory, "logs")): Promise<Entry[]> {
  const texts = await Promise.all((await listLogFiles(folder)).map((file) => readFile(file, "utf8")));
  return entriesOf(texts.join(""));
}

/**
 * Resolves when the files hold what is looked for. The folder itself is watched: what is written into a new folder before
 * a recursive watch knows it goes unnoticed, and nothing more may come.
 */
async function inFiles(matches: (entry: Entry) => boolean): Promise<void> {
  const folder = join(directory, "logs");
  await mkdir(folder, { recursive: true });
  const changed = watch(folder);
  try {
    const events = new Promise<void>((resolve) => {
      const look = () =>
        entriesInFiles()
          .then((entries) => entries.some(matches) && resolve())
          .catch(() => undefined);
      changed.on("change", look);
      void look();
    });
    await events;
  } finally {
    changed.close();
  }
}

function numbered(entries: readonly Entry[]): (number | undefined)[] {
  return entries.filter(({ message }) => message.startsWith("entry ")).map(({ n }) => n);
}

const ALL = Array.from({ length: COUNT }, (_, n) => n);

describe("nothing is lost, on stderr or in the files,", () => {
  test.each([
    ["throw", "TypeError"],
    ["reject", "RangeError"],
  ])("when an error nobody expected ends the service (%s): exit code 1", async (what, name) => {
    const service = start([what, String(COUNT)]);
    const stderr = entriesOf(await new Response(service.stderr).text());
    expect(await service.exited).toBe(1);
    const files = await entriesInFiles();
    for (const entries of [stderr, files]) {
      expect(numbered(entries)).toEqual(ALL);
      const uncaught = entries.find(({ level }) => level === "error");
      expect(uncaught).toMatchObject({ error: { name, stack: expect.stringContaining("noisy-service.ts") } });
      expect(entries.at(-1)?.message).toBe("stopped");
    }
  });

  test("when SIGTERM comes right behind the entries", async () => {
    const service = start(["wait", String(COUNT)]);
    await inFiles(({ n }) => n === 0);
    service.kill("SIGTERM");
    const stderr = entriesOf(await new Response(service.stderr).text());
    expect(await service.exited).toBe(143);
    for (const entries of [stderr, await entriesInFiles()]) {
      expect(numbered(entries)).toEqual(ALL);
      expect(entries.at(-1)?.message).toBe("stopped");
    }
  });
});

test("whoever read stdout and stderr may go away: the service stays and its files go on", async () => {
  const service = start(["tick", "10"]);
  await inFiles(({ n }) => n === 9);
  await Promise.all([service.stderr.cancel(), service.stdout.cancel()]);
  const { length } = await entriesInFiles();
  await inFiles(({ n }) => n === length + 50);
  service.kill("SIGTERM");
  expect(await service.exited).toBe(143);
  const entries = await entriesInFiles();
  expect(entries.at(-1)?.message).toBe("stopped");
  expect(entries.filter(({ level }) => level === "error")).toEqual([]);
});

test("a folder that cannot be written: stderr says so once, with what to do, and goes on alone", async () => {
  await writeFile(join(directory, "logs"), "a file in the way");
  const service = start(["throw", "10"]);
  const entries = entriesOf(await new Response(service.stderr).text());
  expect(await service.exited).toBe(1);
  expect(numbered(entries)).toHaveLength(10);
  const told = entries.filter(({ error }) => error?.code === "LOG_FILE_UNWRITABLE");
  expect(told).toMatchObject([
    { level: "warn", error: { hint: expect.stringContaining("CANVUSLLM_LOG_DIR") } },
  ]);
  expect(entries.at(-1)).toMatchObject({ level: "warn", message: expect.stringContaining("in no file") });
});

test("the folder and the size of the files can be chosen", async () => {
  const folder = join(directory, "elsewhere", "log");
  const service = start(["throw", "200"], {
    CANVUSLLM_LOG_DIR: folder,
    CANVUSLLM_LOG_FILE_SIZE: "4KiB",
  });
  await service.exited;
  expect(numbered(await entriesInFiles(folder)).at(-1)).toBe(199);
});

describe.skipIf(process.platform !== "linux")("under systemd", () => {
  test.each([
    ["each line for the journal begins with its priority", 0, /^<6>\{"timestamp/, /^<3>\{"timestamp/],
    ["another file than the journal gets none", 1, /^\{"timestamp/, /^\{"timestamp/],
  ])("%s", async (_name, offset, info, error) => {
    const path = join(directory, "journal");
    const descriptor = openSync(path, "w");
    const { dev, ino } = statSync(path);
    const env = settings({ JOURNAL_STREAM: `${dev}:${ino + offset}` });
    await Bun.spawn(commandOf(["throw", "1"]), { env, stderr: descriptor }).exited;
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(lines.find((line) => line.includes("entry 0"))).toMatch(info);
    expect(lines.find((line) => line.includes("TypeError"))).toMatch(error);
    expect(numbered(await entriesInFiles())).toEqual([0]);
  });
});
