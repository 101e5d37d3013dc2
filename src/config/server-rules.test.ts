import { expect, test } from "bun:test";
import { loadConfig } from "./load.ts";
import { formatProblem } from "./problem.ts";

const CANVUS = { CANVUS_SERVER: "https://canvus.example.com", CANVUS_API_KEY: "k", CANVAS_IDS: "c" };
const AZURE = { AZURE_OPENAI_ENDPOINT: "https://name.openai.azure.com", AZURE_OPENAI_DEPLOYMENT: "d" };

async function problems(environment: Record<string, string>): Promise<string[]> {
  const sources = { envFile: { directories: [] }, workingDirectory: "/" };
  const loaded = await loadConfig({ environment: { ...CANVUS, ...environment }, ...sources });
  return loaded.problems.map(formatProblem);
}

test.each([
  [{ TEXT_LLM_URL: "http://llm:8000" }],
  [{ BASE_LLM_URL: "http://llm:8000" }],
  [{ ...AZURE, AZURE_OPENAI_API_KEY: "k" }],
  [{ ...AZURE, OPENAI_KEY: "k" }],
])("a model server that answers is enough: %j", async (settings) => {
  expect(await problems(settings as Record<string, string>)).toEqual([]);
});

test.each([
  [{ VISION_LLM_URL: "http://llm:8000" }, "LLAMA_MODEL_PATH is not set"],
  [
    { TEXT_LLM_URL: "http://llm", OPENAI_API_KEY: "two words" },
    "OPENAI_API_KEY (environment) contains spaces",
  ],
  [AZURE, "AZURE_OPENAI_API_KEY is not set"],
  [{ AZURE_OPENAI_ENDPOINT: "https://a.b", OPENAI_API_KEY: "k" }, "AZURE_OPENAI_DEPLOYMENT is not set"],
  [{ BASE_LLM_URL: "https://n.openai.azure.com" }, "BASE_LLM_URL (environment) is an address of Azure"],
  [{ TEXT_LLM_URL: "llm:8000" }, "TEXT_LLM_URL (environment) is"],
  [{ TEXT_LLM_URL: "http://user:pass@llm" }, "no user name or password"],
])("what cannot work is said before the start: %j", async (settings, words) => {
  const [problem, ...others] = await problems(settings as Record<string, string>);
  expect(problem).toContain(words);
  expect(others).toEqual([]);
  expect(problem).not.toContain("two words");
});
