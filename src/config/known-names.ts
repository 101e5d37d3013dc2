import { distance } from "fastest-levenshtein";
import { SETTING_NAMES, type SettingName, settingOf } from "./schema.ts";

/** Names of earlier versions that do nothing in this one. Taken off the list when the setting comes back. */
const UNUSED_NAMES: ReadonlySet<string> = new Set([
  "CANVAS_NAME",
  "OPENAI_ERROR_RESPONSE_TOKENS",
  "OPENAI_PDF_MAX_CHUNKS_TOKENS",
  "OPENAI_PDF_SUMMARY_RATIO",
  "SD_MAX_IMAGE_SIZE",
  "DEV_MODE",
  "DATABASE_PATH",
  "LOCAL_MODEL_DIR",
  "REQUIRED_MODELS",
]);

const OUR_PREFIX = /^(CANVUSLLM|CANVUS|CANVAS|LLAMA|SD|WEBUI|OPENAI)_/i;

export type NameKind =
  | { readonly kind: "setting"; readonly name: SettingName }
  /** Known from earlier versions; has no effect now. */
  | { readonly kind: "unused" }
  /** Nothing we know, and nothing that looks meant for us. */
  | { readonly kind: "foreign" }
  /** Looks meant for us; `certain` when it cannot be anybody else's. */
  | { readonly kind: "unknown"; readonly suggestion: string | undefined; readonly certain: boolean };

const SETTING_BY_ANY_NAME: ReadonlyMap<string, SettingName> = new Map(
  SETTING_NAMES.flatMap((name) => namesOf(name).map((any) => [any, name] as const)),
);

/** The setting's name and its aliases. */
export function namesOf(name: SettingName): readonly string[] {
  return [name, ...(settingOf(name).aliases ?? [])];
}

/** Judges a name in a .env file. The file is ours, so whatever looks meant for us and is unknown is a mistake. */
export function judgeFileName(name: string): NameKind {
  const known = knownKind(name);
  if (known !== undefined) return known;
  const { candidate, edits } = nearestName(name);
  const nearMiss = isNearMiss(candidate, edits);
  if (!nearMiss && !OUR_PREFIX.test(name)) return { kind: "foreign" };
  return { kind: "unknown", suggestion: plausible(name, candidate, edits), certain: true };
}

/**
 * Judges a name in the process environment, which belongs to the whole machine: other programs keep names such as
 * LLAMA_CACHE, WEBUI_URL or OPENAI_API_KEY there. Only CANVUSLLM_ is surely ours; of the others near misses alone
 * count, and they stop the service only where the prefix is that of our own server.
 */
export function judgeEnvironmentName(name: string): NameKind {
  const known = knownKind(name);
  if (known?.kind === "unused" && !/^(CANVAS|LLAMA|SD)_/.test(name)) return { kind: "foreign" };
  if (known !== undefined) return known;
  if (!/^(CANVUSLLM|CANVUS|CANVAS|LLAMA|WEBUI)_/i.test(name)) return { kind: "foreign" };
  const { candidate, edits } = nearestName(name);
  const ours = /^CANVUSLLM_/i.test(name);
  if (!ours && !isNearMiss(candidate, edits)) return { kind: "foreign" };
  const certain = ours || /^CANVUS_/i.test(name);
  return { kind: "unknown", suggestion: plausible(name, candidate, edits), certain };
}

function knownKind(name: string): NameKind | undefined {
  const setting = SETTING_BY_ANY_NAME.get(name);
  if (setting !== undefined) return { kind: "setting", name: setting };
  return UNUSED_NAMES.has(name) ? { kind: "unused" } : undefined;
}

function nearestName(name: string): { readonly candidate: string; readonly edits: number } {
  const upper = name.toUpperCase();
  let best = { candidate: "", edits: Number.POSITIVE_INFINITY };
  for (const candidate of SETTING_BY_ANY_NAME.keys()) {
    const edits = distance(upper, candidate);
    if (edits < best.edits) best = { candidate, edits };
  }
  return best;
}

/** Two edits catch slips of the finger; a short name gets none, or PORT would claim every four-letter word. */
function isNearMiss(candidate: string, edits: number): boolean {
  return edits <= (candidate.length < 6 ? 0 : 2);
}

function plausible(name: string, candidate: string, edits: number): string | undefined {
  const longer = name.toUpperCase().startsWith(`${candidate}_`);
  return longer || edits <= candidate.length * 0.4 ? candidate : undefined;
}
