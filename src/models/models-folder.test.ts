import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chown, cp, mkdir, mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { DEMO_MODEL } from "./builtin-demo.ts";
import { readRecord } from "./checksum-record.ts";
import type { FileSource } from "./file-source.ts";
import { changeFolder } from "./folder-lock.ts";
import { type ImportJob, importModel } from "./import-model.ts";
import { listModels } from "./list-models.ts";
import { removeModel, storedModels } from "./model-folder.ts";
import { pullModel } from "./pull-model.ts";
import { quickSettings } from "./testing/download-jobs.ts";
import { DownloadServer } from "./testing/download-server.ts";
import { verifyFile } from "./verify-model.ts";

const DEMO = join(import.meta.dir, "demo/demo-text.gguf");
const MODEL = await Bun.file(DEMO).bytes();
const signal = new AbortController().signal;

let parent = "";
let folder = "";

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "cll-models-"));
  folder = join(parent, "models");
});

afterEach(() => rm(parent, { recursive: true }));

async function codeOf(doing: Promise<unknown>): Promise<string> {
  try {
    await doing;
    return "none";
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

function take(file: string, changes: Partial<ImportJob> = {}) {
  const job = { folder, file, name: undefined, asLink: false, marginBytes: 0, signal };
  return importModel({ ...job, onProgress: () => undefined, ...changes });
}

describe("import", () => {
  test("copies a model, records its checksum and takes the name that is given", async () => {
    const progress: number[] = [];
    const [file] = await take(DEMO, { name: "mine", onProgress: (received) => progress.push(received) });
    expect(file).toEqual({
      path: join(folder, "mine.gguf"),
      bytes: MODEL.length,
      sha256: DEMO_MODEL.sha256,
      checksum: "recorded",
    });
    expect(await Bun.file(join(folder, "mine.gguf")).bytes()).toEqual(MODEL);
    expect(await readRecord(join(folder, "mine.gguf"))).toBe(DEMO_MODEL.sha256);
    expect(progress.at(-1)).toBe(MODEL.length);
    expect((await readdir(folder)).sort()).toEqual([".models.lock", "mine.gguf", "mine.gguf.sha256"]);
  });

  test("without a name the file keeps its own; a link shares the bytes", async () => {
    const file = join(parent, "other.gguf");
    await cp(DEMO, file);
    await take(file, { asLink: true });
    expect((await stat(join(folder, "other.gguf"))).ino).toBe((await stat(file)).ino);
  });

  test("a file that lies in the folder already gets its checksum recorded", async () => {
    await mkdir(folder);
    const file = join(folder, "there.gguf");
    await cp(DEMO, file);
    expect(await take(file)).toMatchObject([{ path: file, sha256: DEMO_MODEL.sha256 }]);
    expect(await readRecord(file)).toBe(DEMO_MODEL.sha256);
  });

  test("refuses what is no whole model, a name that is taken, and another file than the catalogue's", async () => {
    const cut = join(parent, "cut.gguf");
    await Bun.write(cut, MODEL.subarray(0, 3_000_000));
    expect(await codeOf(take(cut))).toBe("MODEL_FILE_INVALID");
    expect(await codeOf(take(join(parent, "none.gguf")))).toBe("MODEL_FILE_MISSING");
    expect(await codeOf(take(DEMO, { name: "../x" }))).toBe("MODEL_UNKNOWN");
    expect(await codeOf(take(DEMO, { name: "qwen3-vl-2b" }))).toBe("MODEL_FILE_INVALID");
    await take(DEMO, { name: "mine" });
    expect(await codeOf(take(DEMO, { name: "mine" }))).toBe("MODEL_NAME_TAKEN");
    expect(await codeOf(take(DEMO, { name: "huge", marginBytes: 1e18 }))).toBe("MODELS_DIR_UNUSABLE");
    expect((await readdir(folder)).sort()).toEqual([".models.lock", "mine.gguf", "mine.gguf.sha256"]);
  });

  test("takes all files of a split model, and none when one is missing", async () => {
    const first = join(parent, "big-00001-of-00002.gguf");
    await cp(DEMO, first);
    expect(await codeOf(take(first))).toBe("MODEL_FILE_MISSING");
    await cp(DEMO, join(parent, "big-00002-of-00002.gguf"));
    expect(await take(first)).toHaveLength(2);
    expect((await storedModels(folder)).map(({ name, files }) => [name, files.length])).toEqual([
      ["big-00001-of-00002", 2],
    ]);
  });
});

describe("verify", () => {
  test("finds a byte that changed, and what was cut off", async () => {
    await take(DEMO, { name: "mine" });
    const path = join(folder, "mine.gguf");
    const verified = () => verifyFile(path, () => undefined, signal);
    expect(await verified()).toMatchObject({ isSound: true, checksum: "recorded", problem: null });
    const damaged = MODEL.slice();
    damaged[4_000_000] = (damaged[4_000_000] ?? 0) ^ 1;
    await Bun.write(path, damaged);
    expect((await verified()).problem).toContain(`recorded was ${DEMO_MODEL.sha256}`);
    await truncate(path, 4_000_000);
    expect(await verified()).toMatchObject({
      isSound: false,
      sha256: null,
      problem: expect.stringContaining("incomplete"),
    });
  });

  test("without a record it says so", async () => {
    expect(await verifyFile(DEMO, () => undefined, signal)).toEqual({
      path: DEMO,
      isSound: true,
      sha256: DEMO_MODEL.sha256,
      checksum: "none",
      problem: null,
    });
  });
});

test("list: the catalogue first, then what else is here; remove frees it", async () => {
  expect((await listModels(folder)).map(({ state }) => state)).toEqual(Array(4).fill("missing"));
  await take(DEMO, { name: "mine" });
  await cp(DEMO, join(folder, "bunny.gguf"));
  await cp(DEMO, join(folder, "half.gguf.part"));
  const states = (await listModels(folder)).map(({ name, state }) => [name, state]);
  expect(states.filter(([, state]) => state !== "missing")).toEqual([
    ["bunny", "partial"],
    ["half", "partial"],
    ["mine", "ready"],
  ]);
  expect(await removeModel(folder, "mine")).toBe(MODEL.length);
  expect(await removeModel(folder, "half")).toBe(MODEL.length);
  expect(await codeOf(removeModel(folder, "mine"))).toBe("MODEL_UNKNOWN");
  expect((await readdir(folder)).sort()).toEqual([".models.lock", "bunny.gguf"]);
});

describe("pull", () => {
  let server: DownloadServer;
  beforeEach(async () => {
    server = await new DownloadServer({ "/a.gguf": MODEL, "/b.gguf": MODEL }).start();
    server.behave = () => ({ headers: { "x-linked-etag": `"${DEMO_MODEL.sha256}"` } });
  });
  afterEach(() => server.stop());

  function pull(changes: { sha256?: string | null; replace?: boolean } = {}) {
    const { sha256 = null, replace = true } = changes;
    const sources: FileSource[] = ["a", "b"].map((name) => ({
      url: `${server.url}/${name}.gguf`,
      path: join(folder, `${name}.gguf`),
      bytes: null,
      sha256,
    }));
    const job = { folder, sources, settings: quickSettings(server.url), signal, replace };
    return pullModel({ ...job, onProgress: () => undefined });
  }

  test("gets every file once, and only asks about those that are there", async () => {
    expect(await pull()).toMatchObject([{ wasPresent: false }, { wasPresent: false }]);
    server.sentBytes = 0;
    expect(await pull()).toMatchObject([{ wasPresent: true }, { wasPresent: true }]);
    expect(server.sentBytes).toBe(2);
  });

  test("a file somebody copied there counts when its checksum is right, else it is replaced", async () => {
    await mkdir(folder);
    await cp(DEMO, join(folder, "a.gguf"));
    await Bun.write(join(folder, "b.gguf"), MODEL.slice().fill(1, 5000));
    expect(await pull()).toMatchObject([{ wasPresent: true }, { wasPresent: false }]);
    expect(await Bun.file(join(folder, "b.gguf")).bytes()).toEqual(MODEL);
  });

  test("or left alone, where another one may be meant", async () => {
    await mkdir(folder);
    const other = MODEL.slice(0, 4_900_000);
    await Bun.write(join(folder, "a.gguf"), other);
    expect(await codeOf(pull({ replace: false }))).toBe("MODEL_NAME_TAKEN");
    expect(await Bun.file(join(folder, "a.gguf")).bytes()).toEqual(other);
  });

  test("when the hub has another file than the catalogue says, nothing is fetched", async () => {
    expect(await codeOf(pull({ sha256: "0".repeat(64) }))).toBe("DOWNLOAD_DAMAGED");
    expect(server.sentBytes).toBe(1);
  });
});

describe("the folder", () => {
  test("is changed by one process at a time", async () => {
    await changeFolder(folder, async () => {
      const other = `import { changeFolder } from ${JSON.stringify(join(import.meta.dir, "folder-lock.ts"))};
        await changeFolder(${JSON.stringify(folder)}, async () => {}).catch((e) => console.log(e.code));`;
      const child = Bun.spawnSync([process.execPath, "-e", other]);
      expect(child.stdout.toString().trim()).toBe("MODELS_DIR_IN_USE");
    });
  });

  test.skipIf(process.getuid?.() !== 0)(
    "what root puts into a folder of somebody else belongs to that user",
    async () => {
      await chown(parent, 4711, 4712);
      await take(DEMO, { name: "mine" });
      for (const path of [folder, join(folder, "mine.gguf"), join(folder, "mine.gguf.sha256")])
        expect(await stat(path)).toMatchObject({ uid: 4711, gid: 4712 });
    },
  );
});
