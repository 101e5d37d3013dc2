import { type Command, Option } from "commander";
import { examples } from "./examples.ts";

const NAME = "canvuslocallm models";

interface Common {
  readonly envFile?: string;
  readonly json?: true;
}

/** `canvuslocallm models …`: gets model files onto this machine and looks after them. */
export function addModelCommands(program: Command, finish: (exitCode: number) => void): void {
  const models = program
    .command("models")
    .description("List, download, check, remove or import models.")
    .addHelpText(
      "after",
      examples([
        [`${NAME} list`, "The catalogue, and what is here."],
        [
          `${NAME} pull qwen3-vl-2b`,
          "Download a model of the catalogue; once more to go on where it stopped.",
        ],
        [
          `${NAME} import /media/stick/model.gguf --name mine`,
          "Without internet; then LLAMA_MODEL_PATH=mine.",
        ],
      ]),
    );
  const add = (command: string, description: string) =>
    models
      .command(command)
      .description(description)
      .addOption(new Option("--env-file <file>", "Read settings from this file instead of the usual .env."))
      .option("--json", "Print one JSON object.");

  add("list", "Show the catalogue and what is in the models folder. Asks nobody outside.").action(
    async ({ envFile, json }: Common) => {
      const { showModels } = await import("./models-list.ts");
      finish(await showModels(envFile, json === true));
    },
  );

  add("pull <name|url>", "Download a model. One that was interrupted goes on where it was.")
    .option("--name <name>", "What the file of an address is called here; NAME-mmproj for a projector.")
    .addHelpText(
      "after",
      examples([
        [`${NAME} pull qwen3-vl-2b`, "A model of the catalogue."],
        [`${NAME} pull https://example.com/model.gguf --name mine`, "Any other; then LLAMA_MODEL_PATH=mine."],
      ]),
    )
    .action(async (what: string, { envFile, name, json }: Common & { name?: string }) => {
      const { pull } = await import("./models-pull.ts");
      finish(await pull(what, { envFile, name, json: json === true }));
    });

  add(
    "verify [name]",
    "Read model files and compare their checksums. Exits with 1 when one is damaged.",
  ).action(async (name: string | undefined, { envFile, json }: Common) => {
    const { verify } = await import("./models-verify.ts");
    finish(await verify(name, { envFile, json: json === true }));
  });

  add("remove <name>", "Remove a model, also one that is only partly here.")
    .option("--force", "Also when the service is set to use it.")
    .action(async (name: string, { envFile, json, force }: Common & { force?: true }) => {
      const { remove } = await import("./models-remove.ts");
      finish(await remove(name, { envFile, force: force === true, json: json === true }));
    });

  add("import <file>", "Take a GGUF file of this machine into the models folder.")
    .option("--name <name>", "What it is called here; a name of the catalogue makes it that model.")
    .option("--link", "Share the bytes with the file (hard link) instead of copying them.")
    .addHelpText(
      "after",
      examples([[`${NAME} import model.gguf --name mine`, "Then LLAMA_MODEL_PATH=mine."]]),
    )
    .action(async (file: string, options: Common & { name?: string; link?: true }) => {
      const { importFile } = await import("./models-import.ts");
      const { envFile, name, link, json } = options;
      finish(await importFile(file, { envFile, name, asLink: link === true, json: json === true }));
    });
}
