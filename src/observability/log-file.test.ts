import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEPT_LOG_FILES, LogFile } from "./log-file.ts";
import { listLogFiles } from "./log-folder.ts";
import { mountSmallDisk, SMALL_DISK_BYTES } from "./testing/small-disk.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cll-log-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** What a log file tells of its troubles, to be awaited. */
function witness() {
  const trouble = Promise.withResolvers<Error>();
  const recovered = Promise.withResolvers<number>();
  let troubles = 0;
  return {
    trouble: trouble.promise,
    recovered: recovered.promise,
    troubles: () => troubles,
    options: {
      onTrouble: (error: Error) => {
        troubles++;
        trouble.resolve(error);
      },
      onRecovered: recovered.resolve,
      retryMs: 5,
    },
  };
}

function open(folder = directory, maxFileBytes = 1_000_000): LogFile {
  return new LogFile({ directory: folder, maxFileBytes, ...witness().options });
}

function entry(n: number, padding = 0): string {
  return `${JSON.stringify({ n, padding: "x".repeat(padding) })}\n`;
}

async function numbersIn(folder: string): Promise<number[]> {
  const texts = await Promise.all((await listLogFiles(folder)).map((file) => readFile(file, "utf8")));
  return texts
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line).n);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

describe("entries", () => {
  test("written at once and closed at once are all there, in order, for the service's user only", async () => {
    const log = open(join(directory, "not", "there", "yet"));
    for (let n = 0; n < 2000; n++) log.write(entry(n, 100));
    expect(await log.close()).toBe(0);
    const folder = join(directory, "not", "there", "yet");
    expect(await numbersIn(folder)).toEqual(upTo(2000));
    const [file = ""] = await listLogFiles(folder);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test("of the next run follow those of the last; half an entry that a power cut left is gone", async () => {
    const first = open();
    first.write(entry(0));
    await first.close();
    const [file = ""] = await listLogFiles(directory);
    await writeFile(file, '{"n":17,"pad', { flag: "a" });
    const second = open();
    second.write(entry(1));
    await second.close();
    expect(await numbersIn(directory)).toEqual([0, 1]);
  });

  test("a log that wrote nothing closes as well", async () => {
    expect(await open().close()).toBe(0);
  });
});

describe("files", () => {
  test("end at their size, and the oldest go: never more than six in all", async () => {
    const log = open(directory, 4096);
    let last = -1;
    for (let round = 0; round < 40; round++) {
      for (let n = 0; n < 10; n++) log.write(entry(++last, 200));
      await writtenDown(last);
    }
    await log.close();
    const files = await listLogFiles(directory);
    expect(files.length).toBeGreaterThan(2);
    expect(files.length).toBeLessThanOrEqual(KEPT_LOG_FILES + 1);
    for (const file of files) expect((await stat(file)).size).toBeLessThanOrEqual(4096 + 2 * 2300);
    const numbers = await numbersIn(directory);
    expect(numbers).toEqual(upTo(400).slice(-numbers.length));
  });

  test("of earlier days are kept beside today's until there are too many; foreign files stay", async () => {
    for (let day = 10; day < 20; day++) {
      await writeFile(join(directory, `canvuslocallm.2020-01-${day}.1.log`), entry(day));
    }
    await writeFile(join(directory, "canvuslocallm.2020-01-19.12.log"), entry(20));
    await writeFile(join(directory, "notes.log"), "mine");
    const log = open();
    log.write(entry(99));
    await log.close();
    expect(await numbersIn(directory)).toEqual([16, 17, 18, 19, 20, 99]);
    expect(await readFile(join(directory, "notes.log"), "utf8")).toBe("mine");
  });

  /** Resolves when the entry is in a file; nothing tells, so this looks again and again. */
  async function writtenDown(n: number): Promise<void> {
    while (!(await numbersIn(directory).catch(() => [-1])).includes(n)) await Bun.sleep(1);
  }
});

describe("a folder that cannot be used", () => {
  test("is told once, tried again, and gets what waited", async () => {
    const folder = join(directory, "logs");
    await writeFile(folder, "a file in the way");
    const seen = witness();
    const log = new LogFile({ directory: folder, maxFileBytes: 10_000, ...seen.options });
    for (let n = 0; n < 10; n++) log.write(entry(n));
    expect((await seen.trouble).message).toContain("EEXIST");
    await rm(folder);
    expect(await seen.recovered).toBe(0);
    log.write(entry(10));
    expect(await log.close()).toBe(0);
    expect(await numbersIn(folder)).toEqual(upTo(11));
    expect(seen.troubles()).toBe(1);
  });

  test("costs no more memory than there is room for; what is lost is counted", async () => {
    const folder = join(directory, "logs");
    await writeFile(folder, "a file in the way");
    const log = open(folder);
    for (let n = 0; n < 100; n++) log.write(entry(n, 100_000));
    expect(log.lost).toBeGreaterThan(50);
    expect(log.lost).toBeLessThan(70);
    expect(await log.close()).toBe(100);
  });

  test.skipIf(process.getuid?.() === 0)("because of its permissions is told as well", async () => {
    await chmod(directory, 0o500);
    const seen = witness();
    const log = new LogFile({ directory, maxFileBytes: 10_000, ...seen.options });
    expect((await seen.trouble).message).toContain("EACCES");
    await chmod(directory, 0o700);
    log.write(entry(0));
    await seen.recovered;
    await log.close();
    expect(await numbersIn(directory)).toEqual([0]);
  });
});

const disk = await mountSmallDisk();
afterAll(() => disk?.unmount());

describe.skipIf(disk === null)("a full disk (needs root)", () => {
  test("tears no entry and loses none: what found no room follows when there is some", async () => {
    const folder = join(disk?.path ?? "", "logs");
    const ballast = join(disk?.path ?? "", "ballast");
    await writeFile(ballast, "x".repeat(SMALL_DISK_BYTES / 2));
    const seen = witness();
    const log = new LogFile({ directory: folder, maxFileBytes: 10_000_000, ...seen.options });
    // Three quarters of the disk: too much beside the ballast, not without it.
    const count = Math.floor((SMALL_DISK_BYTES * 3) / 4 / 350);
    for (let n = 0; n < count; n++) log.write(entry(n, 300));
    expect((await seen.trouble).message).toContain("ENOSPC");
    await rm(ballast);
    log.write(entry(count));
    await seen.recovered;
    expect(await log.close()).toBe(0);
    expect(await numbersIn(folder)).toEqual(upTo(count + 1));
    expect(seen.troubles()).toBe(1);
  });
});

test("entries that come while it closes are counted and never throw", async () => {
  const file = open();
  file.write(entry(1));
  let isClosed = false;
  const closing = file.close().then((lost) => {
    isClosed = true;
    return lost;
  });
  let late = 0;
  while (!isClosed) {
    file.write(entry(2 + late));
    late += 1;
    await new Promise(setImmediate);
  }
  const written = await numbersIn(directory);
  expect(written.slice(0, 1)).toEqual([1]);
  expect(written.length + (await closing)).toBe(1 + late);
});
