import { expect, test } from "bun:test";
import { join } from "node:path";
import { envExample, withSettingsTables } from "./documentation.ts";
import { parseEnvFile } from "./env-file.ts";
import { loadConfig } from "./load.ts";
import { SETTING_NAMES, settingOf } from "./schema.ts";

const root = join(import.meta.dir, "../..");
const readme = Bun.file(join(root, "README.md"));

test(".env.example is what the schema says (else run: bun run generate)", async () => {
  expect(await Bun.file(join(root, ".env.example")).text()).toBe(envExample());
});

test.if(await readme.exists())(
  "the README's settings are what the schema says (else run: bun run generate)",
  async () => {
    const text = await readme.text();
    expect(text).toBe(withSettingsTables(text));
  },
);

test("every setting is in the example, and each of its lines is a valid setting when taken in", async () => {
  const lines = envExample().replace(/^#(?=[A-Z])/gm, "");
  const file = parseEnvFile("/x/.env", lines);
  expect(file.mistakes).toEqual([]);
  expect(file.entries.map((entry) => entry.name)).toEqual([...SETTING_NAMES]);
  const environment = Object.fromEntries(file.entries.map((entry) => [entry.name, entry.value]));
  const { problems } = await loadConfig({
    environment: { ...environment, CANVUS_API_KEY: "k", CANVUS_PASSWORD: "p", AZURE_OPENAI_API_KEY: "k" },
    envFile: { directories: [] },
    workingDirectory: "/",
  });
  expect(problems).toEqual([]);
});

test("the tables replace what is between the markers and nothing else", () => {
  const once = withSettingsTables(
    "# Title\n<!-- settings:begin -->a table of yesterday<!-- settings:end -->\nRest\n",
  );
  expect(once).toStartWith("# Title\n<!-- settings:begin -->\n\n**Canvus server**");
  expect(once).toEndWith("<!-- settings:end -->\nRest\n");
  expect(once).not.toContain("yesterday");
  expect(withSettingsTables(once)).toBe(once);
  expect(() => withSettingsTables("no markers")).toThrow("must contain");
});

test("each default lies within its range, and secrets have none", () => {
  for (const name of SETTING_NAMES) {
    const setting = settingOf(name);
    if ("min" in setting) {
      expect(setting.default).toBeGreaterThanOrEqual(setting.min);
      expect(setting.default).toBeLessThanOrEqual(setting.max);
    }
    if (setting.type === "enum") expect(setting.values).toContain(setting.default);
    if (setting.secret) expect(setting).not.toHaveProperty("default");
    expect(setting.description).toEndWith(".");
  }
});
