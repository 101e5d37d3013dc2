import pino from "pino";
import { AppError } from "../../../src/errors/app-error.ts";
import { createLogger } from "../../../src/observability/create-logger.ts";
import type { LogFields } from "../../../src/observability/logger.ts";

const SECRETS = ["token-3b1f8c0d9e2a4756", "correct horse battery staple", "web-page-password"];
const CANVAS = "2c4ae0b5-6b1f-4a6e-9d58-1f0f6b6f7c11";
export const CORRELATION = "k7m2p9x4q8w3";
const source = "scripts/bench/logging.ts:module";

export interface Entry {
  readonly name: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** The entries of a day: most are small, some carry a text, few an error. */
export const ENTRIES: readonly Entry[] = [
  {
    name: "request",
    message: "Canvus request",
    fields: {
      source,
      method: "PATCH",
      url: "https://canvus.example.com/api/v1/canvases/2c4ae0b5-6b1f-4a6e-9d58-1f0f6b6f7c11/notes/77",
      status_code: 200,
      duration_ms: 12,
    },
  },
  {
    name: "answer",
    message: "prompt answered",
    fields: {
      source,
      canvas_id: CANVAS,
      widget_id: "e7b0b7c4-1111-4a6e-9d58-1f0f6b6f7c11",
      operation_type: "note_prompt",
      model: "Qwen3 8B Instruct",
      prompt_tokens: 412,
      completion_tokens: 230,
      duration_ms: 5312,
    },
  },
  {
    name: "secrets",
    message: "settings read",
    fields: {
      source,
      password: "hidden",
      authorization: "hidden",
      headers: { cookie: "hidden", accept: "application/json" },
      account: { token: "hidden", email: "a@example.com" },
    },
  },
  {
    name: "long text",
    message: "prompt accepted",
    fields: { source, prompt: "What are the risks of this plan, and what would you do first? ".repeat(14) },
  },
  {
    name: "error",
    message: "prompt failed",
    fields: {
      source,
      error: new AppError("CANVUS_UNREACHABLE", "The Canvus server does not answer.", {
        context: { method: "GET", endpoint: "/canvases" },
        cause: new Error("connect ECONNREFUSED 127.0.0.1:443"),
      }),
    },
  },
];

/** A logger, with the same fields in every entry as the other one. */
export interface Subject {
  readonly log: (message: string, fields: LogFields) => void;
}

export function ours(write: (text: string) => void): Subject {
  const logger = createLogger({
    level: "info",
    secrets: SECRETS,
    outputs: [{ format: "json", write }],
  }).child({ canvas_id: CANVAS });
  return { log: (message, fields) => logger.info(message, fields) };
}

/** pino as people use it: redaction by the paths of the fields, and ISO timestamps; it looks into no text. */
export function pinos(destination: pino.DestinationStream): Subject {
  const names = ["password", "authorization", "cookie", "token"];
  const logger = pino(
    {
      base: null,
      messageKey: "message",
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: pino.stdSerializers.err },
      mixin: () => ({ correlation_id: CORRELATION }),
      redact: { paths: names.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    },
    destination,
  ).child({ canvas_id: CANVAS });
  return { log: (message, fields) => logger.info(fields, message) };
}
