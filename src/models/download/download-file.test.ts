import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { startSelfSignedServer } from "../../http/testing/self-signed-server.ts";
import { mountSmallDisk, type SmallDisk } from "../../observability/testing/small-disk.ts";
import { systemTimers } from "../../timers.ts";
import { DEMO_MODEL } from "../builtin-demo.ts";
import { readRecord } from "../checksum-record.ts";
import { quickSettings } from "../testing/download-jobs.ts";
import { type Behaviour, DownloadServer } from "../testing/download-server.ts";
import { type DownloadedFile, type DownloadProgress, downloadFile } from "./download-file.ts";
import type { DownloadSettings } from "./download-settings.ts";
import { describeWithPatience } from "./remote-file.ts";

const MODEL = await Bun.file(join(import.meta.dir, "../demo/demo-text.gguf")).bytes();
const PATH = "/model.gguf";

let folder = "";
let server: DownloadServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-download-"));
  server = await new DownloadServer({ [PATH]: MODEL }).start();
});

afterEach(async () => {
  server.stop();
  await rm(folder, { recursive: true });
});

interface Changes {
  readonly settings?: Partial<DownloadSettings>;
  readonly sha256?: string | null;
  readonly signal?: AbortSignal;
  readonly url?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

async function download(changes: Changes = {}): Promise<DownloadedFile> {
  const { url = `${server.url}${PATH}`, sha256 = null, onProgress = () => undefined } = changes;
  const signal = changes.signal ?? new AbortController().signal;
  const settings = quickSettings(server.url, changes.settings);
  const remote = await describeWithPatience(url, settings, signal);
  const source = { url, path: join(folder, "model.gguf"), bytes: null, sha256 };
  return downloadFile({ source, remote, settings, signal, onProgress });
}

async function failure(changes: Changes = {}): Promise<AppError> {
  try {
    await download(changes);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("expected a failure");
}

/** Every answer but the first, which is only asked for what the file is, is the given one; the others are proper. */
function once(behaviour: Behaviour): void {
  server.behave = (_, count) => (count === 1 ? behaviour : {});
}

async function expectModel(): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(["model.gguf", "model.gguf.sha256"]);
  expect(await Bun.file(join(folder, "model.gguf")).bytes()).toEqual(MODEL);
  expect(await readRecord(join(folder, "model.gguf"))).toBe(DEMO_MODEL.sha256);
}

test("fetches a file in parts, several at once, and each byte once", async () => {
  const progress: DownloadProgress[] = [];
  const result = await download({ onProgress: (each) => progress.push(each) });
  expect(result).toEqual({ bytes: MODEL.length, sha256: DEMO_MODEL.sha256, checksum: "recorded" });
  await expectModel();
  expect(server.requests.length).toBe(17);
  expect(server.sentBytes).toBe(MODEL.length + 1);
  expect(progress[0]).toEqual({ phase: "downloading", received: 0, total: MODEL.length });
  expect(progress.at(-1)).toEqual({ phase: "checking", received: MODEL.length, total: MODEL.length });
});

describe("the checksum", () => {
  test("of the hub counts, and where it is known beforehand that one", async () => {
    server.behave = () => ({ headers: { "x-linked-etag": `"${DEMO_MODEL.sha256}"` } });
    expect(await download()).toMatchObject({ checksum: "published" });
    await rm(join(folder, "model.gguf"));
    expect(await download({ sha256: DEMO_MODEL.sha256 })).toMatchObject({ checksum: "pinned" });
  });

  test("that does not fit: nothing of the file is kept", async () => {
    const wrong = MODEL.slice();
    wrong[3_000_000] = (wrong[3_000_000] ?? 0) ^ 1;
    server.behave = () => ({ content: wrong });
    const error = await failure({ sha256: DEMO_MODEL.sha256 });
    expect(error.code).toBe("DOWNLOAD_DAMAGED");
    expect(error.message).toContain(DEMO_MODEL.sha256);
    expect(await readdir(folder)).toEqual([]);
  });

  test("without one: what is no model is refused as well", async () => {
    server.behave = () => ({ content: Buffer.from("<html>Please log in</html>") });
    const error = await failure();
    expect(error.code).toBe("MODEL_FILE_INVALID");
    expect(error.message).toContain(`${server.url}${PATH} is not a usable GGUF file`);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("a server that", () => {
  test.each<[string, Behaviour]>([
    ["breaks off", { breakAfter: 100_000 }],
    ["breaks off at once", { breakAfter: 0 }],
    ["has trouble", { status: 503 }],
    ["wants a pause", { status: 429, headers: { "retry-after": "0" } }],
    ["falls silent", { silentAfter: 50_000 }],
    ["sends another part", { shiftRange: 4096 }],
  ])("%s is asked again for what is missing", async (_, behaviour) => {
    once(behaviour);
    await download({ settings: { idleMs: 200 } });
    await expectModel();
    expect(server.sentBytes).toBeLessThan(MODEL.length + 400_000);
  });

  test.each<[number, string]>([
    [401, "DOWNLOAD_REFUSED"],
    [403, "DOWNLOAD_REFUSED"],
    [404, "DOWNLOAD_NOT_FOUND"],
  ])("answers %d is not asked again", async (status, code) => {
    server.behave = () => ({ status });
    expect((await failure()).code).toBe(code as AppError["code"]);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Behaviour]>([
    ["stays in trouble", { status: 500 }],
    ["always breaks off", { breakAfter: 0 }],
    ["announces more than it has", { lieAboutLength: 500_000 }],
    ["redirects in circles", { redirect: PATH }],
    ["compresses", { headers: { "content-encoding": "gzip" } }],
  ])("%s is given up, and a later run goes on", async (_, behaviour) => {
    server.behave = () => behaviour;
    expect((await failure()).code).toBe("DOWNLOAD_FAILED");
    server.behave = () => ({});
    await download();
    await expectModel();
  });

  test("always sends another part is given up", async () => {
    server.behave = (_, count) => (count === 0 ? {} : { shiftRange: 1 });
    expect((await failure()).message).toContain("sends another part of the file than it was asked for");
  });

  test("announces less than it has: an incomplete model is refused", async () => {
    server.behave = () => ({ lieAboutLength: -500_000 });
    const error = await failure();
    expect(error.code).toBe("MODEL_FILE_INVALID");
    expect(error.message).toContain("is incomplete");
    expect(await readdir(folder)).toEqual([]);
  });

  test.each<[string, Behaviour]>([
    ["knows no ranges", { ignoreRanges: true }],
    ["says nothing about the length", { ignoreRanges: true, hideLength: true }],
    ["has no ETag", { etag: null }],
  ])("%s does", async (_, behaviour) => {
    server.behave = () => behaviour;
    await download();
    await expectModel();
  });

  test("forgets about ranges after the first answer does", async () => {
    server.behave = (_, count) => ({ ignoreRanges: count > 0 });
    await download();
    await expectModel();
  });

  test("knows no ranges and breaks off: it is fetched anew", async () => {
    server.behave = (_, count) => ({ ignoreRanges: true, ...(count === 1 ? { breakAfter: 1_000_000 } : {}) });
    await download();
    await expectModel();
  });

  test("changes the file meanwhile: nothing of the old one is used", async () => {
    const old = MODEL.slice().fill(7, 100_000);
    server.behave = (_, count) => (count < 5 ? { content: old, etag: '"old"' } : { etag: '"new"' });
    await download();
    await expectModel();
  });

  test("changes the file each time is given up", async () => {
    server.behave = (_, count) => ({ etag: `"${count}"` });
    expect((await failure()).message).toContain("changes again and again");
    expect(await readdir(folder)).toEqual([]);
  });
});

test("a certificate that nobody vouches for is not asked again", async () => {
  const secure = await startSelfSignedServer(() => new Response(MODEL));
  const error = await failure({ url: `${secure.url}${PATH}` });
  await secure.stop();
  expect(error.code).toBe("DOWNLOAD_TLS");
  expect(error.hint).toContain("NODE_EXTRA_CA_CERTS");
});

test("a server that is not there is told by its name", async () => {
  const error = await failure({ url: "http://no-such-host.invalid/a.gguf" });
  expect(error.code).toBe("DOWNLOAD_FAILED");
  expect(error.message).toContain("no-such-host.invalid");
});

describe("redirects", () => {
  test("to another host: the token stays behind, the hub's checksum counts", async () => {
    const storage = await new DownloadServer({ "/blob": MODEL }).start();
    server.behave = () => ({
      redirect: `${storage.url}/blob?signature=s3cret`,
      headers: { "x-linked-etag": `"${DEMO_MODEL.sha256}"` },
    });
    expect(await download({ settings: { token: "hf_token" } })).toMatchObject({ checksum: "published" });
    storage.stop();
    expect(server.requests.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer hf_token"]);
    expect(storage.requests.length).toBe(17);
    expect(storage.requests.some(({ headers }) => headers.has("authorization"))).toBe(false);
    await expectModel();
  });

  test("to an address that expires: the hub is asked for a new one", async () => {
    const storage = await new DownloadServer({ "/1": MODEL, "/2": MODEL }).start();
    server.behave = (_, count) => ({ redirect: `${storage.url}/${count === 0 ? 1 : 2}` });
    storage.behave = (path, count) => (path === "/1" && count > 3 ? { status: 403 } : {});
    await download();
    storage.stop();
    await expectModel();
  });

  test("the token goes to the hub and to nobody else who is asked directly", async () => {
    const other = await new DownloadServer({ [PATH]: MODEL }).start();
    await download({ url: `${other.url}${PATH}`, settings: { token: "hf_token" } });
    other.stop();
    expect(other.requests.some(({ headers }) => headers.has("authorization"))).toBe(false);
  });
});

describe("stopped in the middle", () => {
  async function stopAfter(bytes: number, settings: Partial<DownloadSettings> = {}): Promise<void> {
    const stop = new AbortController();
    const onProgress = ({ received }: DownloadProgress) => received > bytes && stop.abort();
    await failure({ signal: stop.signal, onProgress, settings });
  }

  test("it goes on where it was", async () => {
    await stopAfter(2_000_000);
    expect((await readdir(folder)).sort()).toEqual(["model.gguf.part", "model.gguf.part.json"]);
    const { done } = await Bun.file(join(folder, "model.gguf.part.json")).json();
    const safe = done.reduce((sum: number, each: number) => sum + each, 0);
    expect(safe).toBeGreaterThan(2_000_000);
    server.sentBytes = 0;
    await download();
    expect(server.sentBytes).toBe(MODEL.length - safe + 1);
    await expectModel();
  });

  test.each<[string, Behaviour]>([
    ["has another one now", { etag: '"two"' }],
    ["has none, so that nobody could tell whether it is the same file", { etag: null }],
  ])("it begins anew when the server %s", async (_, behaviour) => {
    await stopAfter(2_000_000);
    server.sentBytes = 0;
    server.behave = () => behaviour;
    await download();
    expect(server.sentBytes).toBe(MODEL.length + 1);
    await expectModel();
  });

  test("with the same checksum another mirror may go on", async () => {
    server.behave = () => ({ headers: { "x-linked-etag": `"${DEMO_MODEL.sha256}"` } });
    await stopAfter(2_000_000);
    const mirror = await new DownloadServer({ [PATH]: MODEL }).start();
    mirror.behave = () => ({ etag: '"theirs"' });
    await download({ url: `${mirror.url}${PATH}`, sha256: DEMO_MODEL.sha256 });
    mirror.stop();
    expect(mirror.sentBytes).toBeLessThan(MODEL.length - 1_000_000);
    await expectModel();
  });

  test("with a note that was damaged it begins anew", async () => {
    await stopAfter(2_000_000);
    await Bun.write(join(folder, "model.gguf.part.json"), '{"bytes": 1, "done": [999999999]}');
    await download();
    await expectModel();
  });
});

describe("a disk", () => {
  let disk: SmallDisk | null = null;
  beforeEach(async () => {
    disk = await mountSmallDisk(8_000_000);
    if (disk) folder = disk.path;
  });
  afterEach(async () => {
    await disk?.unmount();
    folder = await mkdtemp(join(tmpdir(), "cll-download-"));
  });

  test("without enough room is seen before anything is fetched", async () => {
    if (!disk) return;
    const error = await failure({ settings: { marginBytes: 5_000_000 } });
    expect(error.code).toBe("MODELS_DIR_UNUSABLE");
    expect(error.message).toContain("10.0 MB of free space are needed");
    expect(server.requests).toHaveLength(1);
  });

  function fillOnce(bytes: number): () => void {
    let isFull = false;
    return () => {
      if (!isFull) writeFileSync(join(folder, "others"), Buffer.alloc(bytes));
      isFull = true;
    };
  }

  test("that others fill meanwhile is left its last bytes, and it goes on when there is room again", async () => {
    if (!disk) return;
    let clock = 0;
    const timers = { ...systemTimers, monotonicNow: () => (clock += 1000) };
    const settings = { connections: 1, marginBytes: 2_000_000, timers };
    const error = await failure({ settings, onProgress: fillOnce(4_500_000) });
    expect(error.message).toContain("1.0 MB of free space are needed");
    await rm(join(folder, "others"));
    server.sentBytes = 0;
    await download();
    expect(server.sentBytes).toBeLessThan(MODEL.length - 1_000_000);
    await expectModel();
  });

  test("that is full to the last byte: no half file under its name", async () => {
    if (!disk) return;
    const error = await failure({ settings: { connections: 1 }, onProgress: fillOnce(5_000_000) });
    expect(error.code).toBe("MODELS_DIR_UNUSABLE");
    expect(error.message).toContain("the disk is full");
    expect(await Bun.file(join(folder, "model.gguf")).exists()).toBe(false);
    await rm(join(folder, "others"));
    await download();
    await expectModel();
  });
});
