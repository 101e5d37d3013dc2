import { looksLikeHtml } from "../../http/response-body.ts";

/** Enough to understand an error; the rest may be the prompt itself, sent back. */
const MAX_LENGTH = 300;

/** What a server says about a request that it did not carry out. */
export interface ServerMessage {
  /** For people, one line; empty when it said nothing that can be shown. */
  readonly text: string;
  /** Every name that it gives to the failure, in small letters: type, code, status, reason. */
  readonly codes: readonly string[];
  /** The field of the request that it complains about, if it names one. */
  readonly param: string;
}

/**
 * Reads the bodies of errors, which each kind of server writes in a way of its own:
 * `{"error":{"message","type","code","param"}}` (OpenAI, llama-server, LocalAI, Azure), the same without `error` (older
 * vLLM), `{"error":"…"}` (ollama, LM Studio), `{"detail":…}` (FastAPI), `[{"error":{…}}]` (Google).
 */
export function readServerMessage(body: string): ServerMessage {
  try {
    return fromJson(JSON.parse(body));
  } catch {
    return { text: looksLikeHtml(body) ? "a web page" : oneLine(body), codes: [], param: "" };
  }
}

/** The same for what is JSON already, such as an error in the middle of a stream. */
export function fromJson(value: unknown): ServerMessage {
  const outer = asRecord(Array.isArray(value) ? value[0] : value);
  const error = asRecord(outer.error);
  const details = [error.details].flat().map((detail) => asRecord(detail).reason);
  const named = [error.type, error.code, error.status, outer.type, outer.code, ...details];
  return {
    text: oneLine(firstText(error.message, outer.error, outer.message, detailOf(outer.detail))),
    codes: named.filter((name) => typeof name === "string").map((name) => name.toLowerCase()),
    param: firstText(error.param, outer.param),
  };
}

/** Only what is wrong and where: the values that FastAPI repeats are what people wrote. */
function detailOf(detail: unknown): string {
  if (!Array.isArray(detail)) return firstText(detail);
  const problems = detail.map((each) => {
    const { loc, msg } = asRecord(each);
    return `${Array.isArray(loc) ? loc.join(".") : ""}: ${firstText(msg)}`;
  });
  return problems.slice(0, 3).join("; ");
}

function firstText(...candidates: readonly unknown[]): string {
  return candidates.find((each) => typeof each === "string" && each !== "")?.toString() ?? "";
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function oneLine(text: string): string {
  const line = text
    .slice(0, 2 * MAX_LENGTH)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}
