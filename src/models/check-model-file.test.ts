import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { AppError } from "../errors/app-error.ts";
import { checkModelFile } from "./check-model-file.ts";

const DEMO = join(import.meta.dir, "demo/demo-text.gguf");
let folder = "";
let demo = Buffer.alloc(0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "model-file-"));
  demo = Buffer.from(await Bun.file(DEMO).bytes());
});
afterAll(() => rm(folder, { recursive: true }));

async function checkBytes(bytes: Buffer): Promise<string> {
  const path = join(folder, "model.gguf");
  await Bun.write(path, bytes);
  return problem(path);
}

async function problem(path: string): Promise<string> {
  try {
    await checkModelFile(path);
    return "none";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code}: ${error.message.replaceAll(folder, "")}`;
  }
}

describe("checkModelFile", () => {
  test("knows the demo model", async () => {
    expect(await checkModelFile(DEMO)).toEqual({
      architecture: "llama",
      name: "CanvusLocalLLM demo",
      quantization: "F16",
      contextLength: 8192,
      parameterCount: 2_462_592,
      expectedBytes: 4_974_720,
      parts: 1,
      kvCache: { layers: 5, heads: 6, keyLength: 32, valueLength: 32 },
    });
  });

  test("a missing file", async () => {
    expect(await problem(join(folder, "no.gguf"))).toBe(
      "MODEL_FILE_MISSING: The model file /no.gguf does not exist.",
    );
  });

  test("a folder, an empty file and something else", async () => {
    expect(await problem(folder)).toBe("MODEL_FILE_INVALID: The model file  is a folder, not a file.");
    expect(await checkBytes(Buffer.alloc(0))).toEndWith("is empty.");
    expect(await checkBytes(Buffer.from("<html>not found</html>"))).toContain("does not begin with GGUF");
    expect(await checkBytes(Buffer.from("GGUF\x63\0\0\0"))).toContain("unknown version 99");
  });

  test("a file that was cut off in its weights", async () => {
    expect(await checkBytes(demo.subarray(0, 3_000_000))).toEndWith(
      "is incomplete: 3,000,000 bytes of 4,974,720 bytes.",
    );
    expect(await checkBytes(demo.subarray(0, demo.length - 1))).toContain("is incomplete");
  });

  test("a file that was cut off in its header", async () => {
    expect(await checkBytes(demo.subarray(0, 5000))).toContain("ends within its header after 5,000 bytes");
  });

  test("a missing part of a split model", async () => {
    const path = join(folder, "big-00001-of-00002.gguf");
    await Bun.write(path, demo);
    expect(await problem(path)).toBe(
      "MODEL_FILE_MISSING: The model file /big-00002-of-00002.gguf does not exist.",
    );
  });

  test("a header that claims absurd counts", async () => {
    const hostile = Buffer.from(demo.subarray(0, 4096));
    hostile.writeBigUInt64LE(0xffff_ffff_ffffn, 8);
    expect(await checkBytes(hostile)).toContain("claims to have 281474976710655 tensors");
  });

  test("whatever is changed in the header, the answer is quick and typed", async () => {
    const change = fc.record({ at: fc.nat(40_000), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const damaged = Buffer.from(demo.subarray(0, 60_000));
        for (const { at, value } of changes) damaged[at] = value;
        expect(await checkBytes(damaged)).toStartWith("MODEL_FILE_INVALID");
      }),
      { numRuns: 100 },
    );
  });
});
