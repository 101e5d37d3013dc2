import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { privateCopy } from "../../scripts/chaos-test/private-copy.ts";
import { Round } from "../../scripts/chaos-test/round.ts";
import { buildShiftedClock } from "../../scripts/chaos-test/shifted-clock.ts";

// A few rounds of scripts/chaos, so that the script and the promise it holds are tried with every change.

const ORIGINAL = process.env.CLL_EXECUTABLE;
let folder: string;
let executable: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-chaos-"));
  executable = await privateCopy(resolve(ORIGINAL ?? "dist/canvuslocallm"), folder);
  process.env.CLL_EXECUTABLE = executable;
});
afterAll(async () => {
  if (ORIGINAL === undefined) delete process.env.CLL_EXECUTABLE;
  else process.env.CLL_EXECUTABLE = ORIGINAL;
  await rm(folder, { recursive: true, force: true });
});

// The second and the third once lost a question and kept half an answer.
test.each([1, 107, 112])(
  "everything is killed at random moments, every prompt is answered once: seed %d",
  async (seed) => {
    const roundFolder = join(folder, `round-${seed}`);
    await mkdir(roundFolder);
    const clock = buildShiftedClock(folder);
    const clockLibrary = "library" in clock ? clock.library : null;
    const round = new Round({ seed, folder: roundFolder, executable, clockLibrary });
    const result = await round.play();
    expect(result.violations).toEqual([]);
    expect(result.rows.length).toBeGreaterThan(0);
  },
);
