import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { cpus, freemem, release, totalmem, uptime } from "node:os";
import type { LoadedConfig } from "../config/load.ts";
import { allChecks } from "../doctor/all-checks.ts";
import { createDoctorContext } from "../doctor/context.ts";
import { reportLines, reportsAsJson, summarize, summaryLine } from "../doctor/report.ts";
import { runChecks } from "../doctor/run-checks.ts";
import type { Redactor } from "../observability/redaction.ts";
import { readDatabase } from "../storage/read-database.ts";
import { boundedLogs } from "./bounded-logs.ts";
import { cleanEntry } from "./clean-entry.ts";
import { databaseFacts, recentErrors, recentFailures, recentPrompts } from "./database-facts.ts";

export interface BundleSources {
  readonly loaded: LoadedConfig;
  readonly redactor: Redactor;
  readonly includePrompts: boolean;
  /** Absent when the setting that names it is wrong. */
  readonly logDirectory: string | undefined;
  readonly databaseFile: string | undefined;
  /** As `config` and `version` show them. */
  readonly config: { readonly text: string; readonly json: unknown };
  readonly version: unknown;
}

/** The files of a support bundle by name. Whatever cannot be read is a line in its file, never a reason to give up. */
export async function bundleFiles(sources: BundleSources): Promise<Map<string, string>> {
  const { redactor, includePrompts, config, version } = sources;
  const files = new Map<string, string>();
  const put = (name: string, value: unknown) => {
    const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    // Once more, whatever it is: a secret may stand in a path or in the message of another program.
    files.set(name, `${redactor.text(text).trimEnd()}\n`);
  };
  put("versions.json", { ...Object(version), machine: machineFacts() });
  put("config.txt", config.text);
  put("config.json", config.json);
  const reports = await doctor(sources);
  put("doctor.txt", reports.text);
  put("doctor.json", reports.json);
  for (const [name, value] of databaseFiles(sources)) put(name, value);
  if (sources.logDirectory !== undefined) {
    const clean = (line: string) => cleanEntry(line, { redactor, includePrompts });
    for (const [name, text] of await boundedLogs(sources.logDirectory, clean))
      files.set(`logs/${name}`, text);
  }
  return new Map([["README.txt", readme([...files.keys()], includePrompts)], ...files]);
}

async function doctor({ loaded, redactor }: BundleSources) {
  const context = createDoctorContext(loaded);
  const reports = await runChecks(allChecks(context, false), context, {
    redact: (text) => redactor.text(text),
  });
  const lines = reports.map((report) => reportLines(report, Number.POSITIVE_INFINITY, (_, text) => text));
  return { text: `${lines.join("")}\n${summaryLine(summarize(reports))}`, json: reportsAsJson(reports) };
}

function databaseFiles({ databaseFile, includePrompts, redactor }: BundleSources): [string, unknown][] {
  if (databaseFile === undefined) return [];
  const clean = (value: unknown) =>
    JSON.parse(cleanEntry(JSON.stringify(value), { redactor, includePrompts: false }));
  const read = (database: Database): [string, unknown][] => [
    ["database.json", { ...databaseFacts(database), files: fileSizes(databaseFile) }],
    ["errors.json", clean(recentErrors(database))],
    ["failures.json", clean(recentFailures(database))],
    ...(includePrompts ? [["prompts.json", recentPrompts(database)] as [string, unknown]] : []),
  ];
  try {
    return readDatabase(databaseFile, read);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [["database.json", { unreadable: reason, files: fileSizes(databaseFile) }]];
  }
}

function fileSizes(file: string) {
  const names = ["", "-wal", "-shm", "-journal"].map((suffix) => file + suffix);
  return Object.fromEntries(
    names.map((name) => [name, statSync(name, { throwIfNoEntry: false })?.size ?? null]),
  );
}

function machineFacts() {
  const [processor] = cpus();
  return {
    time: new Date().toISOString(),
    kernel: release(),
    up_seconds: Math.round(uptime()),
    processor: processor?.model ?? null,
    cores: cpus().length,
    memory_bytes: totalmem(),
    free_memory_bytes: freemem(),
  };
}

function readme(names: readonly string[], includePrompts: boolean): string {
  const texts = includePrompts
    ? "It DOES CONTAIN what people wrote and what the model answered (--include-prompts). Treat it accordingly."
    : "What people wrote on the canvases and what the model answered is left out.";
  return [
    "Support bundle of CanvusLocalLLM",
    "",
    "Passwords, access tokens and keys are blacked out everywhere.",
    texts,
    "It does contain names and addresses: of the Canvus server, of canvases, of folders and of this machine.",
    "",
    ...names.map((name) => `  ${name}`),
    "",
  ].join("\n");
}
