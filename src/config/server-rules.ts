import type { ConfigProblem } from "./problem.ts";
import { isGiven, type Rules } from "./rule-input.ts";
import type { SettingName } from "./schema.ts";

const KEYS = [
  "OPENAI_API_KEY",
  "TEXT_LLM_API_KEY",
  "VISION_LLM_API_KEY",
  "IMAGE_LLM_API_KEY",
  "AZURE_OPENAI_API_KEY",
  "GOOGLE_VISION_API_KEY",
] as const satisfies readonly SettingName[];

const ADDRESSES = [
  "BASE_LLM_URL",
  "TEXT_LLM_URL",
  "VISION_LLM_URL",
  "IMAGE_LLM_URL",
] as const satisfies readonly SettingName[];

const TEXT_SOURCES = [
  "LLAMA_MODEL_PATH",
  "LLAMA_MODEL_URL",
  "TEXT_LLM_URL",
  "BASE_LLM_URL",
  "AZURE_OPENAI_ENDPOINT",
] as const satisfies readonly SettingName[];

/** What must hold between the settings of model servers, and that something answers at all. */
export function checkServers(settings: Rules): ConfigProblem[] {
  return [
    ...checkTextModel(settings),
    ...KEYS.flatMap((name) => checkKey(settings, name)),
    ...ADDRESSES.flatMap((name) => checkAzureAddress(settings, name)),
    ...checkAzure(settings),
  ];
}

function checkTextModel(settings: Rules): ConfigProblem[] {
  if (TEXT_SOURCES.some((name) => isGiven(settings.get(name)))) return [];
  const message =
    "is not set; want a GGUF file, the name of a model (`canvuslocallm models list` shows them), or builtin:demo; or TEXT_LLM_URL for a model on another machine";
  return [{ subject: "LLAMA_MODEL_PATH", message }];
}

/** A line break or other control character would end the header that it is sent in. */
function checkKey(settings: Rules, name: SettingName): ConfigProblem[] {
  const key = settings.get(name);
  if (typeof key?.value !== "string" || /^[\x21-\x7e]+$/.test(key.value)) return [];
  const message = "contains spaces or characters that no key has; copy it again";
  return [{ subject: name, origin: key.origin, message }];
}

function checkAzureAddress(settings: Rules, name: SettingName): ConfigProblem[] {
  const address = settings.get(name);
  if (typeof address?.value !== "string") return [];
  const { hostname, pathname } = new URL(address.value);
  if (!hostname.endsWith(".openai.azure.com") || pathname.includes("/openai/v1")) return [];
  const message = "is an address of Azure OpenAI; set AZURE_OPENAI_ENDPOINT to it instead";
  return [{ subject: name, origin: address.origin, message }];
}

function checkAzure(settings: Rules): ConfigProblem[] {
  const given = (name: SettingName) => isGiven(settings.get(name));
  if (!given("AZURE_OPENAI_ENDPOINT")) return [];
  const problems: ConfigProblem[] = [];
  if (!given("AZURE_OPENAI_API_KEY") && !given("OPENAI_API_KEY"))
    problems.push({ subject: "AZURE_OPENAI_API_KEY", message: "is not set, but AZURE_OPENAI_ENDPOINT is" });
  if (!given("AZURE_OPENAI_DEPLOYMENT") && !given("OPENAI_NOTE_MODEL") && !given("TEXT_LLM_URL")) {
    const message = "is not set, but AZURE_OPENAI_ENDPOINT is; want the name of the deployment that answers";
    problems.push({ subject: "AZURE_OPENAI_DEPLOYMENT", message });
  }
  return problems;
}
