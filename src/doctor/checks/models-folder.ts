import { basename } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { humanBytes } from "../../human-bytes.ts";
import { checkModelFile } from "../../models/check-model-file.ts";
import { type ListedModel, listModels } from "../../models/list-models.ts";
import { modelsFolder as folderOf } from "../../models/model-files.ts";
import { type Check, notChecked, ok, warn } from "../check.ts";

/** What lies in the models folder, whether the service uses it or not. Reads no file to its end. */
export const modelsFolder: Check = {
  name: "models_folder",
  title: "Models folder",
  async run({ settings }) {
    const { CANVUSLLM_DATA_DIR, LLAMA_MODELS_DIR } = settings;
    if (CANVUSLLM_DATA_DIR === undefined) return notChecked("CANVUSLLM_DATA_DIR");
    const folder = folderOf({ CANVUSLLM_DATA_DIR, LLAMA_MODELS_DIR });
    const models = (await listModels(folder)).filter(({ files }) => files.length > 0);
    const problems = (await Promise.all(models.map(problemsOf))).flat();
    const bytes = models.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    const found = `${models.length === 1 ? "1 model" : `${models.length} models`} in ${folder}, ${humanBytes(bytes)}`;
    if (problems.length === 0) return ok(found);
    return warn(
      `${found}: ${problems.map(({ what }) => what).join("; ")}`,
      [...new Set(problems.map(({ advice }) => advice))].join("; "),
    );
  },
};

interface Problem {
  readonly what: string;
  readonly advice: string;
}

async function problemsOf({ name, catalogue, state, files }: ListedModel): Promise<Problem[]> {
  const again = catalogue === null ? "download it again" : `canvuslocallm models pull ${name}`;
  const problems: Problem[] = [];
  for (const { path, bytes, unfinished } of files) {
    if (unfinished !== null) {
      const share =
        unfinished.bytes === null ? "" : `, ${Math.floor((bytes / unfinished.bytes) * 100)} % are here`;
      problems.push({ what: `${basename(path)} is not finished${share}`, advice: again });
      continue;
    }
    const reason = await checkModelFile(path).then(
      () => null,
      (error) => (error instanceof AppError ? error.message : String(error)),
    );
    if (reason !== null)
      problems.push({
        what: reason.replace(/\.$/, ""),
        advice: `canvuslocallm models remove ${name}, then ${again}`,
      });
  }
  if (problems.length === 0 && state === "partial")
    problems.push({ what: `${name} lacks a file`, advice: again });
  return problems;
}
