import type { AppError } from "../../errors/app-error.ts";

/** Which of the optional fields of a chat request a server takes. Servers differ, and so do models of one server. */
export interface ChatDialect {
  /** OpenAI's newer models know only the longer name, many other servers only the shorter. */
  readonly tokenLimit: "max_tokens" | "max_completion_tokens";
  /** Models that think before they answer often take none but their own. */
  readonly temperature: boolean;
  /** Token counts at the end of a stream. */
  readonly usage: boolean;
  /** How JSON is enforced: by schema, as any object, or by asking for it in words. */
  readonly json: "schema" | "object" | "words";
}

export const FULL_DIALECT: ChatDialect = {
  tokenLimit: "max_tokens",
  temperature: true,
  usage: true,
  json: "schema",
};

/**
 * What is left to try after a server refused a request and named the field it does not take.
 * @returns null when it complains about something else
 */
export function withoutRefused(dialect: ChatDialect, error: AppError): ChatDialect | null {
  if (error.code !== "REMOTE_REFUSED") return null;
  const said = `${error.context.param ?? ""} ${error.message}`.toLowerCase();
  if (dialect.usage && said.includes("stream_options")) return { ...dialect, usage: false };
  if (dialect.temperature && said.includes("temperature")) return { ...dialect, temperature: false };
  if (dialect.tokenLimit === "max_tokens" && said.includes("max_tokens")) {
    return { ...dialect, tokenLimit: "max_completion_tokens" };
  }
  if (!/response_format|json_schema|json_object|schema|structured|grammar/.test(said)) return null;
  if (dialect.json === "schema") return { ...dialect, json: "object" };
  return dialect.json === "object" ? { ...dialect, json: "words" } : null;
}
