import { open, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { humanBytes } from "../human-bytes.ts";
import { logDirectory } from "../observability/log-folder.ts";
import { createRedactor } from "../observability/redaction.ts";
import { bundleFiles } from "../support/bundle-files.ts";
import { configAsJson, configAsText } from "./config.ts";
import { loadSettings } from "./load-settings.ts";
import { configuredSecrets } from "./secrets.ts";
import { versionFacts } from "./version.ts";

export interface BundleOptions {
  readonly envFile: string | undefined;
  readonly includePrompts: boolean;
}

/** `canvuslocallm support-bundle FILE.tar.gz`. @returns the exit code. */
export async function writeSupportBundle(file: string, options: BundleOptions): Promise<number> {
  const path = resolve(file);
  if (!/\.(?:tar\.gz|tgz)$/.test(path))
    return refuse(`${file} must end in .tar.gz, because that is what it becomes`);
  // Early, because collecting takes some seconds; the write itself makes sure.
  if (await stat(path).catch(() => null)) return refuse(`${path} exists already`);
  if (!(await stat(dirname(path)).catch(() => null))) return refuse(`there is no folder ${dirname(path)}`);
  const loaded = await loadSettings(options.envFile);
  const setting = (wanted: string) => {
    const value = loaded.settings.find(({ name }) => name === wanted)?.value;
    return typeof value === "string" ? value : undefined;
  };
  const data = setting("CANVUSLLM_DATA_DIR");
  process.stderr.write("Collecting; this takes some seconds.\n");
  const files = await bundleFiles({
    loaded,
    redactor: createRedactor(configuredSecrets(loaded)),
    includePrompts: options.includePrompts,
    logDirectory:
      data && logDirectory({ CANVUSLLM_LOG_DIR: setting("CANVUSLLM_LOG_DIR"), CANVUSLLM_DATA_DIR: data }),
    databaseFile: data && join(data, "data.db"),
    config: { text: configAsText(loaded), json: configAsJson(loaded) },
    version: versionFacts(),
  });
  const bytes = await new Bun.Archive(Object.fromEntries(files), { compress: "gzip" }).bytes();
  const failure = await writeNew(path, bytes);
  if (failure !== null) return refuse(`${path} cannot be written: ${failure}`);
  process.stdout.write(summary(path, bytes.byteLength, files, options.includePrompts));
  return 0;
}

/** Only its owner may read it. @returns what went wrong, or null */
async function writeNew(path: string, bytes: Uint8Array): Promise<string | null> {
  try {
    const handle = await open(path, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function refuse(why: string): number {
  process.stderr.write(`canvuslocallm: ${why}. Nothing was written; choose another name.\n`);
  return 1;
}

function summary(
  path: string,
  size: number,
  files: ReadonlyMap<string, string>,
  withPrompts: boolean,
): string {
  const names = [...files].map(([name, text]) => `  ${name.padEnd(36)} ${humanBytes(text.length)}`);
  const texts = withPrompts
    ? "It CONTAINS what people wrote and what was answered."
    : "What people wrote and what was answered is not in it.";
  return [
    `${path} (${humanBytes(size)}), readable by you alone:`,
    ...names,
    `Passwords and tokens are blacked out. ${texts} Look into it before you send it.`,
    "",
  ].join("\n");
}
