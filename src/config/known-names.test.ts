import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { formatProblem } from "./problem.ts";
import { loadBench, MINIMUM } from "./testing/load-bench.ts";

const { folder, load, problemsOf, remove } = loadBench();
afterAll(remove);

const path = join(folder, ".env");

test.each([
  ["MAX_CONCURENT", "; did you mean MAX_CONCURRENT?"],
  ["CANVUS_SERVER_URL", "; did you mean CANVUS_SERVER?"],
  ["canvus_server", "; did you mean CANVUS_SERVER?"],
  ["CANVUS_ID", "; did you mean CANVAS_ID?"],
  ["LLAMA_MODELPATH", "; did you mean LLAMA_MODEL_PATH?"],
  ["LLAMA_SOMETHING_ELSE_ENTIRELY", ""],
])("%s in the file is a mistake", async (name, suggestion) => {
  expect(await problemsOf(MINIMUM, `\n${name}=1\n`)).toEqual([
    `${name} (${path}:2) is not a setting${suggestion}`,
  ]);
});

test("old and foreign names in the file are only mentioned", async () => {
  const { problems, warnings } = await load(MINIMUM, "DEV_MODE=x\nSD_MAX_IMAGE_SIZE=y\nTZ=UTC\n");
  expect(problems).toEqual([]);
  expect(warnings.map(formatProblem)).toEqual([
    `DEV_MODE (${path}:1) is not used by this version`,
    `SD_MAX_IMAGE_SIZE (${path}:2) is not used by this version`,
    `TZ (${path}:3) is not a setting; ignored`,
  ]);
});

test("the machine's environment is judged gently", async () => {
  const foreign = {
    PATH: "/bin",
    POST: "1",
    LLAMA_CACHE: "/x",
    LLAMA_ARG_CTX_SIZE: "1",
    WEBUI_URL: "x",
    OPENAI_API_KEY: "x",
    SD_CARD: "x",
    CANVUS_ROOT: "x",
    CANVAS_TOKEN: "x",
  };
  expect(await load({ ...MINIMUM, ...foreign })).toMatchObject({ problems: [], warnings: [] });
});

test("what can only be ours is a mistake in the environment too", async () => {
  expect(
    await problemsOf({ ...MINIMUM, CANVUSLLM_LOGLEVEL: "x", CANVUS_APIKEY: "x", CANVUSLLM_NEW: "x" }),
  ).toEqual([
    "CANVUSLLM_LOGLEVEL (environment) is not a setting; did you mean CANVUSLLM_LOG_LEVEL?",
    "CANVUS_APIKEY (environment) is not a setting; did you mean CANVUS_API_KEY?",
    "CANVUSLLM_NEW (environment) is not a setting",
  ]);
});

test("a near miss of a shared prefix is a warning", async () => {
  const { problems, warnings } = await load({ ...MINIMUM, LLAMA_GPUS: "x", SD_MAX_IMAGE_SIZE: "x" });
  expect(problems).toEqual([]);
  expect(warnings.map(formatProblem)).toEqual([
    "LLAMA_GPUS (environment) is not a setting; did you mean LLAMA_GPU?",
    "SD_MAX_IMAGE_SIZE (environment) is not used by this version",
  ]);
});
