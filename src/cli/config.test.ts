import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import { configAsJson, configAsText } from "./config.ts";

async function load(environment: Record<string, string>, file = "") {
  const folder = await mkdtemp(join(tmpdir(), "show-config-"));
  await Bun.write(join(folder, ".env"), file);
  const loaded = await loadConfig({ environment, envFile: { directories: [folder] }, workingDirectory: "/" });
  await rm(folder, { recursive: true });
  return loaded;
}

const MODEL = { LLAMA_MODEL_PATH: "/models/a.gguf" };
const SECRETS = { CANVUS_API_KEY: "topsecret-1", WEBUI_PWD: "topsecret-two" };

test("shows values, their origin and nothing of a secret, not even its length", async () => {
  const loaded = await load(
    { CANVUS_SERVER: "https://c.test", ...SECRETS },
    "\nCANVAS_ID=a,b\nAI_TIMEOUT=90\n",
  );
  const text = configAsText(loaded);
  expect(text).toMatch(/^ {2}CANVUS_SERVER +https:\/\/c\.test +environment$/m);
  expect(text).toMatch(/^ {2}CANVAS_IDS +a, b +\.env:2$/m);
  expect(text).toMatch(/^ {2}AI_TIMEOUT +1\.5m +\.env:3$/m);
  expect(text).toMatch(/^ {2}MAX_CONCURRENT +5 +default$/m);
  expect(text).toMatch(/^ {2}CANVUS_API_KEY +\*{8} +environment$/m);
  expect(text).toMatch(/^ {2}WEBUI_PWD +\*{8} +environment$/m);
  expect(text).toMatch(/^ {2}CANVUS_PASSWORD +-$/m);
  expect(text).not.toContain("topsecret");
  const settingLines = text.split("\n").filter((line) => /^ {2}[A-Z]/.test(line));
  expect(Math.max(...settingLines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("--json has the values the service uses, secrets masked", async () => {
  const json = configAsJson(
    await load({ CANVUS_SERVER: "https://c.test", CANVAS_ID: "a", ...MODEL, ...SECRETS }),
  );
  expect(json).toMatchObject({ valid: true, demo_model: false, problems: [], warnings: [] });
  expect(json.settings).toMatchObject({
    AI_TIMEOUT: { value: 120_000, origin: "default" },
    CANVAS_IDS: { value: ["a"], origin: "environment" },
    CANVUS_API_KEY: { value: "********", origin: "environment" },
    CANVUS_PASSWORD: { value: null, origin: "default" },
  });
  expect(JSON.stringify(json)).not.toContain("topsecret");
});

test("says when the demo model answers", async () => {
  const loaded = await load({ LLAMA_MODEL_PATH: "builtin:demo" });
  expect(configAsText(loaded)).toContain("built-in demo model");
  expect(configAsJson(loaded).demo_model).toBe(true);
});

test("wrong settings are marked and listed with what is wanted", async () => {
  const loaded = await load({ ...MODEL, ...SECRETS, PORT: "many" }, "SD_MAX_IMAGE_SIZE=512\n");
  const text = configAsText(loaded);
  expect(text).toMatch(/^ {2}PORT +\(wrong\) +environment$/m);
  expect(text).toContain('PORT (environment) is "many", want a whole number from 0 to 65535');
  expect(text).toContain("SD_MAX_IMAGE_SIZE");
  expect(text).toContain("is not used by this version");
  expect(configAsJson(loaded)).toMatchObject({
    valid: false,
    problems: [{ subject: "CANVUS_SERVER", origin: null }, { subject: "PORT", origin: "environment" }, {}],
  });
});
