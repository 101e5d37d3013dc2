import { humanBytes } from "../human-bytes.ts";
import { type ListedModel, listModels } from "../models/list-models.ts";
import { modelFile } from "../models/model-files.ts";
import { plainText } from "../plain-text.ts";
import { modelsContext } from "./models-context.ts";

const NAME_WIDTH = 22;
const INDENT = "    ";

/** `canvuslocallm models list`. @returns the exit code. */
export async function showModels(envFile: string | undefined, json: boolean): Promise<number> {
  const { folder, usedFile } = await modelsContext(envFile);
  const models = await listModels(folder);
  const isUsed = ({ name }: ListedModel) => usedFile === modelFile(folder, name);
  const text = json
    ? JSON.stringify({ folder, models: models.map((model) => modelAsJson(model, isUsed(model))) }, null, 2)
    : modelsAsText(folder, models, isUsed);
  process.stdout.write(`${plainText(text)}\n`);
  return 0;
}

/** For programs. Sizes in bytes, approximate for what is not here yet. */
function modelAsJson({ name, catalogue, state, files, storedBytes, totalBytes }: ListedModel, used: boolean) {
  return {
    name,
    state,
    used,
    in_catalogue: catalogue !== null,
    kind: catalogue?.kind ?? null,
    title: catalogue?.title ?? null,
    purpose: catalogue?.purpose ?? null,
    remark: catalogue?.remark ?? null,
    license: catalogue?.license ?? null,
    repository: catalogue?.repository ?? null,
    memory_bytes: catalogue?.memoryBytes ?? null,
    stored_bytes: storedBytes,
    total_bytes: totalBytes,
    files: files.map(({ path, bytes, unfinished }) => ({ path, bytes, finished: unfinished === null })),
  };
}

function modelsAsText(
  folder: string,
  models: readonly ListedModel[],
  isUsed: (model: ListedModel) => boolean,
): string {
  const known = models.filter(({ catalogue }) => catalogue !== null);
  const others = models.filter(({ catalogue }) => catalogue === null);
  return [
    `Models in ${folder}`,
    "",
    ...known.flatMap((model) => [...modelLines(model, isUsed(model)), ""]),
    ...others.flatMap((model) => modelLines(model, isUsed(model))),
    ...(others.length > 0 ? [""] : []),
    "Download one:  canvuslocallm models pull NAME      (sizes are approximate until then)",
    "Use it:        LLAMA_MODEL_PATH=NAME              (SD_MODEL_PATH=NAME when it draws)",
  ].join("\n");
}

function modelLines(model: ListedModel, used: boolean): string[] {
  const { name, catalogue } = model;
  const first = `${name.padEnd(NAME_WIDTH)}  ${stateText(model)}${used ? ", in use" : ""}`;
  if (catalogue === null) return [first];
  const { title, purpose, license, remark, memoryBytes } = catalogue;
  return [
    first,
    `${INDENT}${title}. ${purpose}`,
    `${INDENT}Needs about ${humanBytes(memoryBytes)} of graphics or main memory. Licence: ${license}.`,
    ...(remark === undefined ? [] : [`${INDENT}${remark}`]),
  ];
}

function stateText({ state, storedBytes, totalBytes }: ListedModel): string {
  if (state === "ready") return `here, ${humanBytes(storedBytes)}`;
  const total = totalBytes === null ? "" : ` of ${humanBytes(totalBytes)}`;
  return state === "partial"
    ? `partly here, ${humanBytes(storedBytes)}${total}`
    : `not here, ${humanBytes(totalBytes ?? 0)}`;
}
