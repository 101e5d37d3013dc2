import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../load.ts";
import { formatProblem } from "../problem.ts";

export const NO_MODEL = { CANVUS_SERVER: "https://canvus.test", CANVUS_API_KEY: "k3y", CANVAS_ID: "c1" };
export const MINIMUM = { ...NO_MODEL, LLAMA_MODEL_PATH: "builtin:demo" };

/** Loads settings from an environment and from a file in a folder of its own, to be removed after the tests. */
export function loadBench() {
  const folder = mkdtempSync(join(tmpdir(), "load-config-"));

  async function load(environment: Record<string, string>, envFile?: string) {
    const path = join(folder, ".env");
    await rm(path, { force: true });
    if (envFile !== undefined) await Bun.write(path, envFile);
    return loadConfig({ environment, envFile: { directories: [folder] }, workingDirectory: "/work/dir" });
  }

  async function problemsOf(environment: Record<string, string>, envFile?: string): Promise<string[]> {
    return (await load(environment, envFile)).problems.map(formatProblem);
  }

  async function configOf(environment: Record<string, string>, envFile?: string) {
    const { config, problems } = await load({ ...MINIMUM, ...environment }, envFile);
    if (config === undefined) throw new Error(problems.map(formatProblem).join("\n"));
    return config;
  }

  return { folder, load, problemsOf, configOf, remove: () => rm(folder, { recursive: true, force: true }) };
}
