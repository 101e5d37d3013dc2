import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buildInfo } from "../../build-info.ts";
import { type Check, ok } from "../check.ts";

/** Laid there by the build; the engine reads them when it starts. */
const FOLDER = "lib/node-llama-cpp";
const DATA_FILES = ["package.json", "llama/binariesGithubRelease.json", "llama/llama.cpp.info.json"];

export const nativeFiles: Check = {
  name: "native_files",
  title: "Native files",
  async run() {
    if (buildInfo.commit === "source")
      return ok("run from the sources; the packages of the checkout are used");
    const folder = join(dirname(process.execPath), FOLDER);
    const missing: string[] = [];
    for (const file of DATA_FILES) if (!(await Bun.file(join(folder, file)).exists())) missing.push(file);
    const variants = await readdir(join(folder, "bins")).catch((): string[] => []);
    for (const variant of variants) {
      const file = `bins/${variant}/llama-addon.node`;
      if (!(await Bun.file(join(folder, file)).exists())) missing.push(file);
    }
    if (variants.length === 0) missing.push("bins");
    if (missing.length === 0) return ok(`${variants.sort().join(", ")} in ${folder}`);
    return {
      status: "fail",
      message: `${folder} lacks ${missing.join(", ")}`,
      advice: "Copy the whole dist folder again: executable and lib folder belong together.",
      code: "ENGINE_UNAVAILABLE",
    };
  },
};
