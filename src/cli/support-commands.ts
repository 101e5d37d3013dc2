import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../config/units.ts";
import { examples } from "./examples.ts";

const NAME = "canvuslocallm";

/** What `--status` takes, and what it is called in the history. */
const HISTORY_STATUSES = {
  error: "failed",
  failed: "failed",
  succeeded: "succeeded",
  cancelled: "cancelled",
  pending: "pending",
  running: "running",
} as const;

interface HistoryArguments {
  readonly envFile?: string;
  readonly status?: keyof typeof HISTORY_STATUSES;
  readonly canvas?: string;
  readonly since?: number;
  readonly limit: number;
  readonly json?: true;
  readonly follow?: true;
}

/** `doctor`, `history` and `support-bundle`: what the person in support needs. */
export function addSupportCommands(program: Command, finish: (exitCode: number) => void): void {
  const envFile = () =>
    new Option("--env-file <file>", "Read settings from this file instead of the usual .env.");

  program
    .command("doctor")
    .description("Check everything the service needs, and say what to do about what is wrong.")
    .addOption(envFile())
    .option("--json", "Print one JSON object.")
    .option("--deep", "Also load the configured model and have it answer; takes time and memory.")
    .addHelpText("after", "\nMay run beside the service. Exits with 1 when a check fails.")
    .action(async (options: { envFile?: string; json?: true; deep?: true }) => {
      const { runDoctor } = await import("./doctor.ts");
      const { envFile, json = false, deep = false } = options;
      finish(await runDoctor({ envFile, json, deep }));
    });

  program
    .command("history")
    .description("List the prompts that were answered or not, the latest last.")
    .addOption(envFile())
    .addOption(
      new Option("--status <status>", "Only prompts in this status; error means failed.").choices(
        Object.keys(HISTORY_STATUSES),
      ),
    )
    .option("--canvas <id>", "Only prompts of this canvas.")
    .option("--since <time>", "Only prompts of the last 30m, 2h, 7d, …", parseSince)
    .option("--limit <number>", "At most so many, the latest.", parseLimit, 50)
    .option("--json", "Print one JSON object a line, with whole prompts and answers.")
    .option("--follow", "Keep running and print each prompt when it ends. Stop with Ctrl+C.")
    .addHelpText(
      "after",
      examples([
        [`${NAME} history --status error --since 24h`, "What failed since yesterday, and what to do."],
        [`${NAME} history --follow`, "Watch the service at work."],
      ]),
    )
    .action(async (options: HistoryArguments) => {
      const { showHistory } = await import("./history.ts");
      const { envFile, status, canvas, since, limit, json = false, follow = false } = options;
      finish(
        await showHistory({
          envFile,
          status: status && HISTORY_STATUSES[status],
          canvas,
          sinceMs: since,
          limit,
          json,
          follow,
        }),
      );
    });

  program
    .command("support-bundle <file>")
    .description(
      "Write redacted logs, settings, doctor's findings and statistics into one .tar.gz for support.",
    )
    .addOption(envFile())
    .option("--include-prompts", "Also what people wrote and what was answered; left out otherwise.")
    .addHelpText("after", examples([[`${NAME} support-bundle support.tar.gz`, "Never overwrites a file."]]))
    .action(async (file: string, options: { envFile?: string; includePrompts?: true }) => {
      const { writeSupportBundle } = await import("./support-bundle.ts");
      const { envFile, includePrompts = false } = options;
      finish(await writeSupportBundle(file, { envFile, includePrompts }));
    });
}

function parseSince(text: string): number {
  const ms = parseDuration(text, Number.NaN);
  if (ms === undefined || Number.isNaN(ms))
    throw new InvalidArgumentError("Want a time such as 30m, 2h or 7d.");
  return ms;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("It must be from 1 to 999999.");
  return limit;
}
