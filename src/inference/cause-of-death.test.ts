import { expect, test } from "bun:test";
import { causeOfDeath } from "./cause-of-death.ts";
import { isNativeWord } from "./native-words.ts";

const quiet = { oomKills: 0, addressesLimited: false };
const died = (output: string, wasLoading = true) =>
  causeOfDeath(
    { signal: "SIGSEGV", exitCode: null, output, description: "It ended with SIGSEGV." },
    quiet,
    quiet,
    wasLoading,
  );

/** What llama.cpp wrote, each time before it died with SIGSEGV. */
const SAID = {
  cache: "llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache",
  gpu: "llama_model_load: error loading model: unable to allocate CUDA0 buffer",
  address: "llama_init_from_model: failed to initialize the context: std::bad_alloc",
  file: "llama_model_load: error loading model: tensor 'a' data is not within the file bounds",
};

test.each([SAID.cache, SAID.gpu, SAID.address])("too little memory: %s", (output) => {
  expect(died(output).code).toBe("OUT_OF_MEMORY");
  expect(died(output, false).code).toBe("RUNNER_CRASHED");
});

test("a model that the engine refuses is no crash, but only while it is loaded", () => {
  expect(died(SAID.file)).toEqual({
    code: "MODEL_LOAD_FAILED",
    message: "The model could not be loaded: tensor 'a' data is not within the file bounds.",
  });
  expect(died(SAID.file, false)).toEqual({ code: "RUNNER_CRASHED", message: "It ended with SIGSEGV." });
  expect(died("").code).toBe("RUNNER_CRASHED");
});

test("what the vision engine repeats of a question is told from what it says itself", () => {
  for (const line of Object.values(SAID)) expect(isNativeWord(line)).toBe(true);
  expect(isNativeWord("terminate called after throwing an instance of 'std::runtime_error'")).toBe(true);
  expect(isNativeWord("/src/ggml.c:12: GGML_ASSERT(x) failed")).toBe(true);
  for (const line of [
    "add_text: <|im_start|>user",
    "What is this?<|im_end|>",
    "Question: what",
    "api_key: a",
  ])
    expect(isNativeWord(line)).toBe(false);
  const chatter = "[INFO] processMedia:443 [DEBUG] Processing 1 media with prompt: <|im_start|>user";
  expect(isNativeWord(chatter)).toBe(false);
});
