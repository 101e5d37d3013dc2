import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newPrompt } from "./testing/sample-rows.ts";
import { SmallDisk } from "./testing/small-disk.ts";
import { StorageRun } from "./testing/storage-run.ts";

const MINUTE = 60_000;

/** Every prompt on the disk as a fresh start finds it: [correlation id, status]. */
async function stored(folder: string): Promise<(readonly [string, string])[]> {
  const run = new StorageRun(folder);
  await run.storage.start();
  const { rows } = await run.storage.query.historyPage({ limit: 100 });
  await run.stop();
  return rows.map((row) => [row.correlation_id, row.status] as const).sort();
}

const title = "a disk that takes nothing (needs root, to mount a tmpfs)";
describe.skipIf(!SmallDisk.available)(title, () => {
  let disk: SmallDisk;
  let folder: string;
  let run: StorageRun;

  beforeEach(() => {
    disk = new SmallDisk(4);
    folder = join(disk.folder, "data");
    run = new StorageRun(folder);
  });

  afterEach(async () => {
    await run.stop();
    disk.remove();
  });

  async function recovered(): Promise<void> {
    run.timers.advance(MINUTE);
    await run.logger.logged("is written again");
    expect(run.storage.status()).toMatchObject({ mode: "normal", outage: null, journal: { unwritten: 0 } });
  }

  test("full: prompts go on in memory, are written when there is space, and it is said once", async () => {
    await run.storage.start();
    const { journal } = run.storage;
    await journal.begin(newPrompt("before"));
    disk.fill();
    expect(await journal.begin(newPrompt("during"))).toBe(true);
    expect(await journal.begin(newPrompt("twin", { widget_id: "widget of before" }))).toBe(false);
    await journal.update("before", { status: "succeeded", response: "Paris." });
    await journal.update("during", { status: "running" });
    expect((await journal.live()).map((row) => row.correlation_id)).toEqual(["during"]);
    await journal.ping();
    const status = run.storage.status();
    expect(status).toMatchObject({ mode: "logging-only", journal: { unwritten: 2 } });
    expect(status.outage?.reason).toContain("full");
    expect(run.logger.messages("error")).toHaveLength(1);
    run.timers.advance(MINUTE);
    await run.logger.logged("cannot be used yet: The disk with the data directory is full.");
    await journal.update("during", { stage: "answered", response: "Paris." });
    disk.free();
    await recovered();
    expect(run.logger.messages("error")).toHaveLength(1);
    await run.stop();
    expect(await stored(folder)).toEqual([
      ["before", "succeeded"],
      ["during", "running"],
    ]);
  });

  test("full at the start: the journal begins in memory", async () => {
    disk.fill();
    await run.storage.start();
    expect(await run.storage.journal.begin(newPrompt("a"))).toBe(true);
    await run.storage.journal.update("a", { status: "succeeded" });
    disk.free();
    await recovered();
    await run.stop();
    expect(await stored(folder)).toEqual([["a", "succeeded"]]);
  });

  test("full to the end: what is lost is counted", async () => {
    await run.storage.start();
    disk.fill();
    await run.storage.journal.begin(newPrompt("a"));
    run.recordEvent("w");
    await run.stop();
    const entry = run.logger.entries.find(({ message }) => message.includes("is lost"));
    expect(entry?.fields).toMatchObject({ prompts: 1, telemetry_rows: 1 });
    disk.free();
    expect(await stored(folder)).toEqual([]);
  });

  test("telemetry waits for space and is written then; what is too much is dropped, the oldest first", async () => {
    await run.storage.start();
    disk.fill();
    await run.storage.journal.begin(newPrompt("a"));
    for (let index = 0; index < 20_700; index++) run.recordEvent(`w${index}`);
    const { queued, dropped } = run.storage.status().telemetry;
    expect(queued + dropped).toBe(20_700);
    expect(dropped).toBeGreaterThanOrEqual(700);
    disk.free();
    await recovered();
    const page = await run.storage.query.canvasEventPage({ limit: 1 });
    expect(page.rows).toBeDefined();
  });

  test("read-only at the start", async () => {
    await run.storage.start();
    await run.storage.journal.begin(newPrompt("a"));
    await run.stop();
    disk.setReadOnly(true);
    run = new StorageRun(folder);
    await run.storage.start();
    expect(await run.storage.journal.begin(newPrompt("b"))).toBe(true);
    expect(run.storage.status().mode).toBe("logging-only");
    disk.setReadOnly(false);
    await recovered();
  });
});

describe("damage while the service runs", () => {
  let folder: string;
  let run: StorageRun;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "cll-outage-"));
    run = new StorageRun(folder);
    await run.storage.start();
  });

  afterEach(async () => {
    await run.stop();
    rmSync(folder, { recursive: true });
  });

  test("is found by whoever reads, healed at once, and the prompts go on", async () => {
    for (let index = 0; index < 60; index++) {
      await run.storage.journal.begin(
        newPrompt(`old ${index}`, { prompt: "x".repeat(2000), status: "succeeded" }),
      );
    }
    await run.stop();
    run = new StorageRun(folder);
    await run.storage.start();
    await run.storage.journal.begin(newPrompt("live"));
    destroyTableLeaves();
    const error = await run.storage.query.historyPage({ limit: 100 }).catch((thrown) => thrown);
    expect(error.code).toBe("STORAGE_DAMAGED");
    expect(await run.storage.journal.begin(newPrompt("meanwhile"))).toBe(true);
    run.timers.advance(0);
    await run.logger.logged("is written again");
    expect(run.logger.messages("error").at(-1)).toContain("set aside");
    expect(readdirSync(folder).some((name) => name.includes(".damaged-"))).toBe(true);
    const live = (await run.storage.journal.live()).map((row) => row.correlation_id);
    expect(live).toEqual(["live", "meanwhile"]);
    await run.stop();
    const saved = await stored(folder);
    expect(saved).toContainEqual(["live", "pending"]);
    expect(saved).toContainEqual(["meanwhile", "pending"]);
  });

  /** The second half of the file: rows of the history, far behind the pages that everything hangs on. */
  function destroyTableLeaves(): void {
    const file = join(folder, "data.db");
    const { size } = statSync(file);
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, Buffer.alloc(8192, 0x5a), 0, 8192, Math.floor(size / 4096 - 6) * 4096);
    closeSync(descriptor);
  }
});
