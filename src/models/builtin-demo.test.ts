import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_ENCODER, DEMO_MODEL, unpackDemoModel } from "./builtin-demo.ts";

let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "demo-model-"));
});
afterAll(() => rm(dataDir, { recursive: true }));

async function sha256(path: string): Promise<string> {
  return new Bun.CryptoHasher("sha256").update(await Bun.file(path).bytes()).digest("hex");
}

test.each([DEMO_MODEL, DEMO_ENCODER])(
  "unpacks $name once, and again when the copy is damaged",
  async (file) => {
    const path = await unpackDemoModel(dataDir, file);
    expect(await sha256(path)).toBe(file.sha256);
    const { mtimeMs } = await stat(path);

    await unpackDemoModel(dataDir, file);
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);

    const damaged = Buffer.from(await Bun.file(path).bytes());
    damaged[1000] = (damaged[1000] ?? 0) ^ 1;
    await Bun.write(path, damaged);
    await unpackDemoModel(dataDir, file);
    expect(await sha256(path)).toBe(file.sha256);
    expect((await readdir(join(dataDir, "models"))).filter((name) => name.includes("partial"))).toEqual([]);
  },
);
