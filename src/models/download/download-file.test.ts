import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AppError } from "../../errors/app-error.ts";
import { startSelfSignedServer } from "../../http/testing/self-signed-server.ts";
import { DEMO_MODEL } from "../builtin-demo.ts";
import { DownloadBench, MODEL, PATH } from "../testing/download-bench.ts";
import { type Behaviour, DownloadServer } from "../testing/download-server.ts";
import type { DownloadProgress } from "./download-file.ts";

let bench: DownloadBench;
beforeEach(async () => {
  bench = await DownloadBench.start();
});
afterEach(() => bench.stop());

/** Every answer but the first, which is only asked for what the file is, is the given one; the others are proper. */
function once(behaviour: Behaviour): void {
  bench.server.behave = (_, count) => (count === 1 ? behaviour : {});
}

test("fetches a file in parts, several at once, and each byte once", async () => {
  const progress: DownloadProgress[] = [];
  const result = await bench.download({ onProgress: (each) => progress.push(each) });
  expect(result).toEqual({ bytes: MODEL.length, sha256: DEMO_MODEL.sha256, checksum: "recorded" });
  await bench.expectModel();
  expect(bench.server.requests.length).toBe(17);
  expect(bench.server.sentBytes).toBe(MODEL.length + 1);
  expect(progress[0]).toEqual({ phase: "downloading", received: 0, total: MODEL.length });
  expect(progress.at(-1)).toEqual({ phase: "checking", received: MODEL.length, total: MODEL.length });
});

describe("the checksum", () => {
  test("of the hub counts, and where it is known beforehand that one", async () => {
    bench.server.behave = () => ({ headers: { "x-linked-etag": `"${DEMO_MODEL.sha256}"` } });
    expect(await bench.download()).toMatchObject({ checksum: "published" });
    await rm(join(bench.folder, "model.gguf"));
    expect(await bench.download({ sha256: DEMO_MODEL.sha256 })).toMatchObject({ checksum: "pinned" });
  });

  test("that does not fit: nothing of the file is kept", async () => {
    const wrong = MODEL.slice();
    wrong[3_000_000] = (wrong[3_000_000] ?? 0) ^ 1;
    bench.server.behave = () => ({ content: wrong });
    const error = await bench.failure({ sha256: DEMO_MODEL.sha256 });
    expect(error.code).toBe("DOWNLOAD_DAMAGED");
    expect(error.message).toContain(DEMO_MODEL.sha256);
    expect(await readdir(bench.folder)).toEqual([]);
  });

  test("without one: what is no model is refused as well", async () => {
    bench.server.behave = () => ({ content: Buffer.from("<html>Please log in</html>") });
    const error = await bench.failure();
    expect(error.code).toBe("MODEL_FILE_INVALID");
    expect(error.message).toContain(`${bench.server.url}${PATH} is not a usable GGUF file`);
    expect(await readdir(bench.folder)).toEqual([]);
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
    await bench.download({ settings: { idleMs: 200 } });
    await bench.expectModel();
    expect(bench.server.sentBytes).toBeLessThan(MODEL.length + 400_000);
  });

  test.each<[number, string]>([
    [401, "DOWNLOAD_REFUSED"],
    [403, "DOWNLOAD_REFUSED"],
    [404, "DOWNLOAD_NOT_FOUND"],
  ])("answers %d is not asked again", async (status, code) => {
    bench.server.behave = () => ({ status });
    expect((await bench.failure()).code).toBe(code as AppError["code"]);
    expect(bench.server.requests).toHaveLength(1);
  });

  test.each<[string, Behaviour]>([
    ["stays in trouble", { status: 500 }],
    ["always breaks off", { breakAfter: 0 }],
    ["announces more than it has", { lieAboutLength: 500_000 }],
    ["redirects in circles", { redirect: PATH }],
    ["compresses", { headers: { "content-encoding": "gzip" } }],
  ])("%s is given up, and a later run goes on", async (_, behaviour) => {
    bench.server.behave = () => behaviour;
    expect((await bench.failure()).code).toBe("DOWNLOAD_FAILED");
    bench.server.behave = () => ({});
    await bench.download();
    await bench.expectModel();
  });

  test("always sends another part is given up", async () => {
    bench.server.behave = (_, count) => (count === 0 ? {} : { shiftRange: 1 });
    expect((await bench.failure()).message).toContain("sends another part of the file than it was asked for");
  });

  test("announces less than it has: an incomplete model is refused", async () => {
    bench.server.behave = () => ({ lieAboutLength: -500_000 });
    const error = await bench.failure();
    expect(error.code).toBe("MODEL_FILE_INVALID");
    expect(error.message).toContain("is incomplete");
    expect(await readdir(bench.folder)).toEqual([]);
  });

  test.each<[string, Behaviour]>([
    ["knows no ranges", { ignoreRanges: true }],
    ["says nothing about the length", { ignoreRanges: true, hideLength: true }],
    ["has no ETag", { etag: null }],
  ])("%s does", async (_, behaviour) => {
    bench.server.behave = () => behaviour;
    await bench.download();
    await bench.expectModel();
  });

  test("forgets about ranges after the first answer does", async () => {
    bench.server.behave = (_, count) => ({ ignoreRanges: count > 0 });
    await bench.download();
    await bench.expectModel();
  });

  test("knows no ranges and breaks off: it is fetched anew", async () => {
    bench.server.behave = (_, count) => ({
      ignoreRanges: true,
      ...(count === 1 ? { breakAfter: 1_000_000 } : {}),
    });
    await bench.download();
    await bench.expectModel();
  });

  test("changes the file meanwhile: nothing of the old one is used", async () => {
    const old = MODEL.slice().fill(7, 100_000);
    bench.server.behave = (_, count) => (count < 5 ? { content: old, etag: '"old"' } : { etag: '"new"' });
    await bench.download();
    await bench.expectModel();
  });

  test("changes the file each time is given up", async () => {
    bench.server.behave = (_, count) => ({ etag: `"${count}"` });
    expect((await bench.failure()).message).toContain("changes again and again");
    expect(await readdir(bench.folder)).toEqual([]);
  });
});

test("a certificate that nobody vouches for is not asked again", async () => {
  const secure = await startSelfSignedServer(() => new Response(MODEL));
  const error = await bench.failure({ url: `${secure.url}${PATH}` });
  await secure.stop();
  expect(error.code).toBe("DOWNLOAD_TLS");
  expect(error.hint).toContain("NODE_EXTRA_CA_CERTS");
});

test("a server that is not there is told by its name", async () => {
  const error = await bench.failure({ url: "http://no-such-host.invalid/a.gguf" });
  expect(error.code).toBe("DOWNLOAD_FAILED");
  expect(error.message).toContain("no-such-host.invalid");
});

describe("redirects", () => {
  test("to another host: the token stays behind, the hub's checksum counts", async () => {
    const storage = await new DownloadServer({ "/blob": MODEL }).start();
    bench.server.behave = () => ({
      redirect: `${storage.url}/blob?signature=s3cret`,
      headers: { "x-linked-etag": `"${DEMO_MODEL.sha256}"` },
    });
    expect(await bench.download({ settings: { token: "hf_token" } })).toMatchObject({
      checksum: "published",
    });
    storage.stop();
    expect(bench.server.requests.map(({ headers }) => headers.get("authorization"))).toEqual([
      "Bearer hf_token",
    ]);
    expect(storage.requests.length).toBe(17);
    expect(storage.requests.some(({ headers }) => headers.has("authorization"))).toBe(false);
    await bench.expectModel();
  });

  test("to an address that expires: the hub is asked for a new one", async () => {
    const storage = await new DownloadServer({ "/1": MODEL, "/2": MODEL }).start();
    bench.server.behave = (_, count) => ({ redirect: `${storage.url}/${count === 0 ? 1 : 2}` });
    storage.behave = (path, count) => (path === "/1" && count > 3 ? { status: 403 } : {});
    await bench.download();
    storage.stop();
    await bench.expectModel();
  });

  test("the token goes to the hub and to nobody else who is asked directly", async () => {
    const other = await new DownloadServer({ [PATH]: MODEL }).start();
    await bench.download({ url: `${other.url}${PATH}`, settings: { token: "hf_token" } });
    other.stop();
    expect(other.requests.some(({ headers }) => headers.has("authorization"))).toBe(false);
  });
});
