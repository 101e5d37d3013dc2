import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { systemTimers, type Timers } from "../timers.ts";
import { ModelSupply } from "./model-supply.ts";
import { quickSettings } from "./testing/download-jobs.ts";
import { DownloadServer } from "./testing/download-server.ts";

const MODEL = await Bun.file(join(import.meta.dir, "demo/demo-text.gguf")).bytes();

let folder = "";
let server: DownloadServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-supply-"));
  server = await new DownloadServer({ "/a.gguf": MODEL, "/b.gguf": MODEL }).start();
});

afterEach(async () => {
  server.stop();
  await rm(folder, { recursive: true });
});

/** Waits of over a second are over at once, and written down. */
function impatientTimers(waits: number[]): Timers {
  return {
    ...systemTimers,
    schedule(delayMs, run) {
      const isPause = delayMs >= 30_000;
      if (isPause) waits.push(delayMs);
      return systemTimers.schedule(isPause ? 0 : delayMs, run);
    },
  };
}

function supplyOf(waits: number[], names = ["a"]) {
  const path = join(folder, "models", "a.gguf");
  const sources = names.map((name) => ({
    url: `${server.url}/${name}.gguf`,
    path: join(folder, "models", `${name}.gguf`),
    bytes: MODEL.length,
    sha256: null,
  }));
  const settings = quickSettings(server.url, {
    maxRetries: 0,
    idleMs: 10_000,
    timers: impatientTimers(waits),
  });
  return new ModelSupply({
    wanted: { name: "a", path, sources },
    settings,
    logger: new RecordingLogger(),
  });
}

test("fetches a model and tells in whole percent of all its files how far it is", async () => {
  const supply = supplyOf([], ["a", "b"]);
  const percents: (number | null)[] = [];
  expect(await supply.isPresent()).toBe(false);
  await supply.fetch(new AbortController().signal, () => percents.push(supply.progress.percent));
  expect(await supply.isPresent()).toBe(true);
  expect(percents.at(-1)).toBe(100);
  expect(percents).toEqual([...new Set(percents)].sort((one, other) => Number(one) - Number(other)));
});

test("whatever is wrong, it tries again with growing pauses, and says what is wrong meanwhile", async () => {
  server.behave = (_, count) => [{ status: 404 }, { status: 503 }, { status: 401 }][count] ?? {};
  const waits: number[] = [];
  const supply = supplyOf(waits);
  const errors: (string | undefined)[] = [];
  await supply.fetch(new AbortController().signal, () => errors.push(supply.progress.error?.code));
  expect(errors.filter((code) => code !== undefined)).toEqual([
    "DOWNLOAD_NOT_FOUND",
    "DOWNLOAD_FAILED",
    "DOWNLOAD_REFUSED",
  ]);
  expect(waits).toEqual([30_000, 60_000, 120_000]);
  expect(supply.progress).toEqual({ percent: 100, error: null });
});

test("stops when it is told to", async () => {
  server.behave = () => ({ silentAfter: 0 });
  const stop = new AbortController();
  const fetching = supplyOf([]).fetch(stop.signal, () => undefined);
  stop.abort();
  expect(await fetching.catch((error: AppError) => error.code)).toBe("CANCELLED");
});
