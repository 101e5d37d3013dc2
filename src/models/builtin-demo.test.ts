import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_MODEL_SHA256, unpackDemoModel } from "./builtin-demo.ts";

let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "demo-model-"));
});
afterAll(() => rm(dataDir, { recursive: true }));

async function sha256(path: string): Promise<string> {
  return new Bun.CryptoHasher("sha256").update(await Bun.file(path).bytes()).digest("hex");
}

test("unpacks the demo model once, and again when the copy is damaged", async () => {
  const path = await unpackDemoModel(dataDir);
  expect(await sha256(path)).toBe(DEMO_MODEL_SHA256);
  const { mtimeMs } = await stat(path);

  await unpackDemoModel(dataDir);
  expect((await stat(path)).mtimeMs).toBe(mtimeMs);

  const damaged = Buffer.from(await Bun.file(path).bytes());
  damaged[1000] = (damaged[1000] ?? 0) ^ 1;
  await Bun.write(path, damaged);
  await unpackDemoModel(dataDir);
  expect(await sha256(path)).toBe(DEMO_MODEL_SHA256);
  expect(await readdir(join(dataDir, "models"))).toEqual(["demo-text.gguf"]);
});
