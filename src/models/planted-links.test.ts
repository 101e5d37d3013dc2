import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rejection } from "../testing/rejection.ts";
import { importModel } from "./import-model.ts";
import { pullModel } from "./pull-model.ts";
import { quickSettings } from "./testing/download-jobs.ts";
import { DownloadServer } from "./testing/download-server.ts";

const DEMO = join(import.meta.dir, "demo/demo-text.gguf");
const SERVICE = 12_345;
const KEPT = "only root may write this";
const signal = new AbortController().signal;

let parent: string;
let folder: string;
let victim: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "cll-links-"));
  await chmod(parent, 0o755);
  folder = join(parent, "models");
  victim = join(parent, "victim");
  await mkdir(folder);
  await chown(folder, SERVICE, SERVICE);
  await writeFile(victim, KEPT);
});

afterEach(() => rm(parent, { recursive: true }));

/** What a service that somebody took over could prepare for the administrator. */
async function plant(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await symlink(victim, join(folder, name));
    await lchown(join(folder, name), SERVICE, SERVICE);
  }
}

async function expectUntouched(): Promise<void> {
  expect(await readFile(victim, "utf8")).toBe(KEPT);
  expect((await stat(victim)).uid).toBe(0);
}

async function pull(hidesRanges: boolean): Promise<unknown> {
  const server = await new DownloadServer({ "/mine.gguf": await Bun.file(DEMO).bytes() }).start();
  server.behave = () => ({ ignoreRanges: hidesRanges });
  try {
    const path = join(folder, "mine.gguf");
    return await pullModel({
      ...{ folder, signal, replace: false, onProgress: () => undefined },
      sources: [{ url: `${server.url}/mine.gguf`, path, bytes: null, sha256: null }],
      settings: quickSettings(server.url),
    });
  } finally {
    server.stop();
  }
}

describe.skipIf(process.getuid?.() !== 0)("links in a folder of the service's account (needs root)", () => {
  test.each([false, true])("do not lead a download elsewhere (server without ranges: %j)", async (hides) => {
    const parts = ["mine.gguf.part", "mine.gguf.part.json", "mine.gguf.part.json.new"];
    await plant(...parts, "mine.gguf.sha256", "mine.gguf.sha256.new");
    await pull(hides);
    await expectUntouched();
    expect((await stat(join(folder, "mine.gguf"))).uid).toBe(SERVICE);
    expect(await Bun.file(join(folder, "mine.gguf")).bytes()).toEqual(await Bun.file(DEMO).bytes());
  });

  test("do not lead an import elsewhere", async () => {
    await plant("mine.gguf.importing", "mine.gguf.sha256", "mine.gguf.sha256.new");
    const job = { folder, file: DEMO, name: "mine", asLink: false, marginBytes: 0, signal };
    await importModel({ ...job, onProgress: () => undefined });
    await expectUntouched();
  });

  test("in place of the lock are said", async () => {
    await plant(".models.lock");
    expect(await rejection(pull(false))).toMatchObject({ code: "MODELS_DIR_UNUSABLE" });
    await expectUntouched();
  });
});
