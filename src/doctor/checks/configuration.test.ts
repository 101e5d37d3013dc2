import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../config/load.ts";
import { createDoctorContext } from "../context.ts";
import { configuration } from "./configuration.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-settings-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function check(secret: string, mode: number) {
  const requested = join(folder, "settings.env");
  const lines = [
    "CANVUS_SERVER=https://canvus.test",
    "CANVAS_IDS=c",
    "LLAMA_MODEL_PATH=builtin:demo",
    secret,
  ];
  await writeFile(requested, `${lines.join("\n")}\n`);
  await chmod(requested, mode);
  const environment = secret === "" ? { CANVUS_API_KEY: "key-of-the-tests" } : {};
  const sources = { environment, envFile: { requested, directories: [] }, workingDirectory: folder };
  return configuration.run(createDoctorContext(await loadConfig(sources)), new AbortController().signal);
}

test.skipIf(process.platform === "win32")("secrets in a file that everybody may read are said", async () => {
  const open = await check("CANVUS_API_KEY=key-of-the-tests", 0o644);
  expect(open).toMatchObject({ status: "warn", message: expect.stringContaining("mode 644") });
  expect(JSON.stringify(open)).not.toContain("key-of-the-tests");
  expect((await check("CANVUS_API_KEY=key-of-the-tests", 0o640)).status).toBe("ok");
  expect((await check("", 0o644)).status).toBe("ok");
});
