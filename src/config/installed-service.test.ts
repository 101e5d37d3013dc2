import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { systemService, userService } from "./installed-service.ts";
import { loadConfig } from "./load.ts";
import { loadBench, MINIMUM } from "./testing/load-bench.ts";

const { folder, remove } = loadBench();
afterAll(remove);
const units = new URL("../../installer/systemd/", import.meta.url);

async function environmentOf(unit: string): Promise<Record<string, string>> {
  const text = await Bun.file(new URL(unit, units)).text();
  return Object.fromEntries(
    [...text.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

test.skipIf(process.platform === "win32")("commands see what the units give to the service", async () => {
  expect(systemService().environment).toEqual(await environmentOf("canvuslocallm.service"));
  expect(userService().environment).toEqual(await environmentOf("canvuslocallm-user.service"));
  const unit = await Bun.file(new URL("canvuslocallm.service", units)).text();
  expect(unit).toContain(` run --env-file ${systemService().settingsFile}\n`);
});

test("without settings of their own commands take those of the service, and what its unit says", async () => {
  const settingsFile = join(folder, "service.env");
  const lines = Object.entries({ ...MINIMUM, CANVUSLLM_DATA_DIR: "/elsewhere" });
  await Bun.write(settingsFile, lines.map(([name, value]) => `${name}=${value}\n`).join(""));
  const environment = { CANVUSLLM_DATA_DIR: "/var/lib/mine", CANVUSLLM_LOG_DIR: "/var/log/mine" };
  const { config, settings, envFile } = await loadConfig({
    environment: { CANVUSLLM_LOG_DIR: "/my/logs" },
    envFile: { directories: [folder], last: [join(folder, "none"), settingsFile] },
    workingDirectory: "/",
    services: [{ settingsFile, environment }],
  });
  expect(envFile).toBe(settingsFile);
  // systemd's environment wins over the file, that of the command over both.
  expect(config).toMatchObject({ CANVUSLLM_DATA_DIR: "/var/lib/mine", CANVUSLLM_LOG_DIR: "/my/logs" });
  expect(settings.find(({ name }) => name === "CANVUSLLM_DATA_DIR")?.origin.kind).toBe("service");
});

test("a file that is none of a service's gets nothing of it", async () => {
  const settingsFile = join(folder, ".env");
  await Bun.write(settingsFile, "PORT=4000\n");
  const { settings, envFile } = await loadConfig({
    environment: MINIMUM,
    envFile: { directories: [folder], last: ["/etc/other.env"] },
    workingDirectory: "/",
    services: [{ settingsFile: "/etc/other.env", environment: { CANVUSLLM_DATA_DIR: "/var/lib/mine" } }],
  });
  expect(envFile).toBe(settingsFile);
  expect(settings.find(({ name }) => name === "CANVUSLLM_DATA_DIR")?.origin.kind).toBe("default");
});
