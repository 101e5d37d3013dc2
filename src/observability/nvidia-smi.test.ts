import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { parseNvidiaSmi, readNvidiaSmi } from "./nvidia-smi.ts";
import { FakeNvidiaSmi } from "./testing/fake-nvidia-smi.ts";

const TWO = `0, NVIDIA RTX A4000, 1536, 16376, 41, 550.54.14
1, Quadro, Special Edition, 12, 8192, [N/A], 550.54.14`;

test("one line for each GPU; what is not known is null, a comma in a name stays", () => {
  expect(parseNvidiaSmi(TWO, 0)).toEqual({
    reading: {
      source: "nvidia-smi",
      cuda: null,
      unreadable: [],
      gpus: [
        {
          index: 0,
          name: "NVIDIA RTX A4000",
          vram_used_mb: 1536,
          vram_total_mb: 16376,
          gpu_utilization_percent: 41,
          driver: "550.54.14",
        },
        {
          index: 1,
          name: "Quadro, Special Edition",
          vram_used_mb: 12,
          vram_total_mb: 8192,
          gpu_utilization_percent: null,
          driver: "550.54.14",
        },
      ],
    },
  });
});

test("a line that cannot be read does not hide the others", () => {
  const result = parseNvidiaSmi(`0, A, 1, 2, 3, 4\n1, B, [GPU is lost], [GPU is lost], 0, 4\n`, 0);
  expect(result).toMatchObject({
    reading: { gpus: [{ index: 0 }], unreadable: [expect.stringMatching("lost")] },
  });
});

test.each([
  ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9, "failed"],
  ["", 255, "failed"],
  ["<html>", 0, "failed"],
  ["No devices were found", 6, "missing"],
])("%p with exit code %p is %p", (output, exitCode, kind) => {
  expect(parseNvidiaSmi(output, exitCode)).toMatchObject({ failure: { kind } });
});

describe.skipIf(process.platform === "win32")("as a program on PATH (needs a POSIX shell)", () => {
  let smi: FakeNvidiaSmi;

  beforeEach(() => {
    smi = new FakeNvidiaSmi();
    smi.install();
  });
  afterEach(() => smi.remove());

  test("it is found, asked and understood; no program is no failure", async () => {
    expect(await readNvidiaSmi()).toMatchObject({ failure: { kind: "missing" } });
    smi.play(TWO);
    expect(await readNvidiaSmi()).toMatchObject({ reading: { gpus: [{ index: 0 }, { index: 1 }] } });
  });

  test("it does not see the service's secrets", async () => {
    process.env.CANVUS_API_KEY = "secret-key";
    smi.script('echo "0, key $CANVUS_API_KEY, 1, 2, 3, 4"');
    const result = await readNvidiaSmi();
    delete process.env.CANVUS_API_KEY;
    expect(result).toMatchObject({ reading: { gpus: [{ name: "key" }] } });
  });

  test("one that babbles is cut off", async () => {
    smi.script("exec yes '<babble>'");
    expect(await readNvidiaSmi()).toMatchObject({ failure: { kind: "failed" } });
  });
});
