import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { mountSmallDisk, type SmallDisk } from "../../observability/testing/small-disk.ts";
import { systemTimers } from "../../timers.ts";
import { DEMO_MODEL } from "../builtin-demo.ts";
import { DownloadBench, MODEL, PATH } from "../testing/download-bench.ts";
import { type Behaviour, DownloadServer } from "../testing/download-server.ts";
import type { DownloadProgress } from "./download-file.ts";
import type { DownloadSettings } from "./download-settings.ts";

let bench: DownloadBench;
beforeEach(async () => {
  bench = await DownloadBench.start();
});
afterEach(() => bench.stop());

describe("stopped in the middle", () => {
  async function stopAfter(bytes: number, settings: Partial<DownloadSettings> = {}): Promise<void> {
    const stop = new AbortController();
    const onProgress = ({ received }: DownloadProgress) => received > bytes && stop.abort();
    await bench.failure({ signal: stop.signal, onProgress, settings });
  }

  test("it goes on where it was", async () => {
    await stopAfter(2_000_000);
    expect((await readdir(bench.folder)).sort()).toEqual(["model.gguf.part", "model.gguf.part.json"]);
    const { done } = await Bun.file(join(bench.folder, "model.gguf.part.json")).json();
    const safe = done.reduce((sum: number, each: number) => sum + each, 0);
    expect(safe).toBeGreaterThan(2_000_000);
    bench.server.sentBytes = 0;
    await bench.download();
    expect(bench.server.sentBytes).toBe(MODEL.length - safe + 1);
    await bench.expectModel();
  });

  test.each<[string, Behaviour]>([
    ["has another one now", { etag: '"two"' }],
    ["has none, so that nobody could tell whether it is the same file", { etag: null }],
  ])("it begins anew when the server %s", async (_, behaviour) => {
    await stopAfter(2_000_000);
    bench.server.sentBytes = 0;
    bench.server.behave = () => behaviour;
    await bench.download();
    expect(bench.server.sentBytes).toBe(MODEL.length + 1);
    await bench.expectModel();
  });

  test("with the same checksum another mirror may go on", async () => {
    bench.server.behave = () => ({ headers: { "x-linked-etag": `"${DEMO_MODEL.sha256}"` } });
    await stopAfter(2_000_000);
    const mirror = await new DownloadServer({ [PATH]: MODEL }).start();
    mirror.behave = () => ({ etag: '"theirs"' });
    await bench.download({ url: `${mirror.url}${PATH}`, sha256: DEMO_MODEL.sha256 });
    mirror.stop();
    expect(mirror.sentBytes).toBeLessThan(MODEL.length - 1_000_000);
    await bench.expectModel();
  });

  test("with a note that was damaged it begins anew", async () => {
    await stopAfter(2_000_000);
    await Bun.write(join(bench.folder, "model.gguf.part.json"), '{"bytes": 1, "done": [999999999]}');
    await bench.download();
    await bench.expectModel();
  });
});

describe("a disk", () => {
  let disk: SmallDisk | null = null;
  beforeEach(async () => {
    disk = await mountSmallDisk(8_000_000);
    if (disk) bench.folder = disk.path;
  });
  afterEach(() => disk?.unmount());

  test("without enough room is seen before anything is fetched", async () => {
    if (!disk) return;
    const error = await bench.failure({ settings: { marginBytes: 5_000_000 } });
    expect(error.code).toBe("MODELS_DIR_UNUSABLE");
    expect(error.message).toContain("10.0 MB of free space are needed");
    expect(bench.server.requests).toHaveLength(1);
  });

  function fillOnce(bytes: number): () => void {
    let isFull = false;
    return () => {
      if (!isFull) writeFileSync(join(bench.folder, "others"), Buffer.alloc(bytes));
      isFull = true;
    };
  }

  test("that others fill meanwhile is left its last bytes, and it goes on when there is room again", async () => {
    if (!disk) return;
    let clock = 0;
    const timers = { ...systemTimers, monotonicNow: () => (clock += 1000) };
    const settings = { connections: 1, marginBytes: 2_000_000, timers };
    const error = await bench.failure({ settings, onProgress: fillOnce(4_500_000) });
    expect(error.message).toContain("1.0 MB of free space are needed");
    await rm(join(bench.folder, "others"));
    bench.server.sentBytes = 0;
    await bench.download();
    expect(bench.server.sentBytes).toBeLessThan(MODEL.length - 1_000_000);
    await bench.expectModel();
  });

  test("that is full to the last byte: no half file under its name", async () => {
    if (!disk) return;
    const error = await bench.failure({ settings: { connections: 1 }, onProgress: fillOnce(5_000_000) });
    expect(error.code).toBe("MODELS_DIR_UNUSABLE");
    expect(error.message).toContain("the disk is full");
    expect(await Bun.file(join(bench.folder, "model.gguf")).exists()).toBe(false);
    await rm(join(bench.folder, "others"));
    await bench.download();
    await bench.expectModel();
  });
});
