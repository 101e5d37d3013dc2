import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { distance } from "fastest-levenshtein";
import { buildInfo } from "../build-info.ts";
import { addDatabaseCommands } from "./db-commands.ts";
import { describeFailure } from "./describe-failure.ts";
import { endWhenUnread } from "./end-unread.ts";
import { examples } from "./examples.ts";
import { addModelCommands } from "./models-commands.ts";
import { addServiceCommands } from "./service-commands.ts";
import type { SimulateOptions } from "./simulate.ts";
import { addSupportCommands } from "./support-commands.ts";
import { UsageError } from "./usage-error.ts";

/** Exit code for arguments that make no sense, as shells have it. */
const USAGE_ERROR = 2;

const NAME = "canvuslocallm";

/** Work goes on in them, whether somebody reads what they print or not. */
const WORKING = ["run", "demo", "simulate", "runner"];

/**
 * Runs the command that the arguments ask for.
 * Commands are imported only when they run: `version` loads no model code, a runner no web server.
 * @returns the exit code.
 */
export async function runCli(given: readonly string[]): Promise<number> {
  const args = helpAsOption(given);
  let exitCode = 0;
  const program = buildProgram(args, (code) => {
    exitCode = code;
  });
  try {
    rejectUnknownCommand(program, args);
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    if (error instanceof UsageError) {
      process.stderr.write(usageMessage(error.message, commandIn(program, args)));
      return USAGE_ERROR;
    }
    process.stderr.write(describeFailure(error));
    return 1;
  }
}

/** `help models pull` is `models pull --help`: Commander's own command knows the first name only. */
function helpAsOption(args: readonly string[]): readonly string[] {
  const [first, ...names] = args;
  return first === "help" && names.length > 0 ? [...names, "--help"] : args;
}

function buildProgram(args: readonly string[], finish: (exitCode: number) => void): Command {
  const program: Command = new Command(NAME)
    .description("Answers what people write in {{braces}} on Canvus canvases, with a model on this machine.")
    .version(buildInfo.version, "-V, --version", "Show the version.")
    .helpOption("-h, --help", "Show help.")
    .helpCommand("help [command]", "Show help for a command.")
    .exitOverride()
    .hook("preAction", (_program, command) => {
      if (!WORKING.includes(command.name())) endWhenUnread();
    })
    .configureOutput({ outputError: (text, write) => write(usageMessage(text, commandIn(program, args))) })
    .addHelpText(
      "after",
      examples([
        [`${NAME} demo`, "Try it out without a Canvus server."],
        [`${NAME} doctor`, "See whether the settings are right and everything is there."],
        [NAME, "Start the service with the settings of the environment and .env."],
      ]),
    );

  const envFile = () =>
    new Option("--env-file <file>", "Read settings from this file instead of the usual .env.");

  program
    .command("run", { isDefault: true })
    .description("Watch the configured canvases and answer prompts. This is the default.")
    .addOption(envFile())
    .addHelpText(
      "after",
      examples([
        [NAME, "Settings from the environment and .env."],
        [`${NAME} run --env-file office.env`, "Settings from that file."],
      ]),
    )
    .action(async (options: { envFile?: string }) => {
      const { runService } = await import("./run.ts");
      finish(await runService(options.envFile));
    });

  program
    .command("demo")
    .description("Try it out: a simulated canvas, the service and a tiny model, all on this machine.")
    .addHelpText("after", examples([[`${NAME} demo`, "Open the address it prints; stop with Ctrl+C."]]))
    .action(async () => {
      const { runDemo } = await import("./demo.ts");
      finish(await runDemo());
    });

  program
    .command("simulate")
    .description("Start a simulated Canvus server, for development and tests.")
    .addOption(
      new Option("--port <port>", "Port to listen on; 0 takes a free one.")
        .default(8090)
        .argParser(parsePort),
    )
    .option("--host <address>", "Network address to listen on.", "127.0.0.1")
    .option(
      "--token <token>",
      "Access token that clients must send (default: a new one, printed).",
      parseToken,
    )
    .option("--canvas <id>", "Id of a canvas to create; may be repeated.", collect)
    .addOption(
      new Option("--seed <kind>", "What is on the first canvas.").choices(["demo", "empty"]).default("empty"),
    )
    .option("--state <file>", "Keep everything in this file, also when the process is killed.")
    .addHelpText(
      "after",
      examples([
        [`${NAME} simulate --seed demo`, "A canvas with a few notes, at http://127.0.0.1:8090."],
        [`${NAME} simulate --port 0 --token t --canvas a --canvas b`, "Two canvases, any free port."],
      ]),
    )
    .action(async (options: SimulateOptions) => {
      const { simulate } = await import("./simulate.ts");
      finish(await simulate(options));
    });

  program
    .command("config")
    .description("Show every setting, its value and where it comes from. Secrets are masked.")
    .addOption(envFile())
    .option("--json", "Print one JSON object.")
    .addHelpText("after", "\nExits with 1 when the service could not start with these settings.")
    .action(async (options: { envFile?: string; json?: true }) => {
      const { showConfig } = await import("./config.ts");
      finish(await showConfig({ envFile: options.envFile, json: options.json === true }));
    });

  addModelCommands(program, finish);
  addServiceCommands(program, finish);
  addSupportCommands(program, finish);
  addDatabaseCommands(program, finish);

  program
    .command("version")
    .description("Show the version and what is inside.")
    .option("--json", "Print one JSON object.")
    .action(async (options: { json?: true }) => {
      const { showVersion } = await import("./version.ts");
      finish(showVersion(options.json === true));
    });

  program
    .command("runner <kind>", { hidden: true })
    .description("One model engine in a process of its own; started by the service, not by people.")
    .action(async (kind: string) => {
      const { runRunner } = await import("./runner.ts");
      finish(await runRunner([kind]));
    });

  return program;
}

/** Because `run` is the default, a mistyped command would otherwise be reported as an argument too many of `run`. */
function rejectUnknownCommand(program: Command, args: readonly string[]): void {
  const [first] = args;
  if (first === undefined || first.startsWith("-") || first === "help") return;
  const names = program.commands.map((command) => command.name());
  if (names.includes(first)) return;
  const isNear = (name: string) => distance(first, name) <= Math.min(2, first.length - 1);
  const similar = names.find((name) => name !== "runner" && isNear(name));
  const suggestion = similar === undefined ? "" : ` Did you mean ${similar}?`;
  program.error(`unknown command '${first}'.${suggestion}`);
}

/** The command that was meant, as far as its names are right: its help tells more than the program's. */
function commandIn(program: Command, args: readonly string[]): string {
  let command = program;
  const names = [NAME];
  for (const name of args) {
    const next = command.commands.find((each) => each.name() === name);
    if (next === undefined) break;
    names.push(name);
    command = next;
  }
  return names.join(" ");
}

/** One line on stderr, in the form that other programs use. */
function usageMessage(text: string, command: string): string {
  const message = text
    .replace(/^error: /, "")
    .replace(/\s+/g, " ")
    .trim();
  const end = /[.?)]$/.test(message) ? "" : ".";
  return `${NAME}: ${message}${end} See ${command} --help.\n`;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("It must be from 0 to 65535.");
  return port;
}

function parseToken(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw new InvalidArgumentError("It must be ASCII without spaces.");
  return text;
}

function collect(id: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, id];
}
