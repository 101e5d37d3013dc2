import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ERRORS } from "../errors/registry.ts";

/**
 * What the service and a runner say to each other, over Bun's IPC with structured clones. The runner's stdout and
 * stderr are no part of it: native code writes there as it likes.
 */
export const PROTOCOL_VERSION = 1;

/** Longest text of one message in characters; far above any context, it only stops runaway input. */
const MAX_TEXT_LENGTH = 16 * 1024 * 1024;
const MAX_TOKENS = 1_000_000;

const RequestId = Type.Integer({ minimum: 1 });
const Count = Type.Number({ minimum: 0 });
const ErrorCodes = Type.Union(
  (Object.keys(ERRORS) as (keyof typeof ERRORS)[]).map((code) => Type.Literal(code)),
);
const Failure = Type.Object({ code: ErrorCodes, message: Type.String({ maxLength: 4096 }) });

const Metrics = Type.Object({
  queue_ms: Count,
  load_ms: Count,
  prompt_tokens: Count,
  prompt_ms: Count,
  completion_tokens: Count,
  generation_ms: Count,
  ttft_ms: Count,
  prompt_tokens_per_second: Count,
  completion_tokens_per_second: Count,
});

const TextResult = Type.Object({
  text: Type.String({ maxLength: MAX_TEXT_LENGTH }),
  model: Type.String(),
  stopReason: Type.Union([Type.Literal("stop"), Type.Literal("length")]),
  promptTokensCut: Count,
  metrics: Metrics,
});

const TextRequest = Type.Object({
  messages: Type.Array(
    Type.Object({
      role: Type.Union([Type.Literal("system"), Type.Literal("user"), Type.Literal("assistant")]),
      content: Type.String({ maxLength: MAX_TEXT_LENGTH }),
    }),
    { minItems: 1, maxItems: 1000 },
  ),
  maxTokens: Type.Integer({ minimum: 1, maximum: MAX_TOKENS }),
  temperature: Type.Number({ minimum: 0, maximum: 10 }),
  jsonSchema: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

const GpuSetting = Type.Union([
  Type.Literal("auto"),
  Type.Literal("cuda"),
  Type.Literal("vulkan"),
  Type.Literal("off"),
]);

const LoadOptions = Type.Object({
  modelPath: Type.String(),
  isDemo: Type.Boolean(),
  /** Tokens of each request's context. */
  contextSize: Type.Integer({ minimum: 1 }),
  /** Tokens read in one step. */
  batchSize: Type.Integer({ minimum: 1 }),
  kvCache: Type.Union([Type.Literal("f16"), Type.Literal("q8_0")]),
  /** Layers that the GPU computes; null = as many as fit. */
  gpuLayers: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  /** 0 = automatic. */
  threads: Type.Integer({ minimum: 0 }),
  gpu: GpuSetting,
  /** How many requests are computed at once, each with a context of its own. */
  sequences: Type.Integer({ minimum: 1, maximum: 64 }),
});

const ModelInfo = Type.Object({
  name: Type.String(),
  path: Type.String(),
  quantization: Type.String(),
  contextSize: Count,
  gpu: Type.Union([Type.Literal("cuda"), Type.Literal("vulkan"), Type.Literal("metal"), Type.Literal("off")]),
  threads: Count,
  isDemo: Type.Boolean(),
});

const ToRunner = Type.Union([
  Type.Object({ type: Type.Literal("load"), options: LoadOptions }),
  Type.Object({
    type: Type.Literal("generate"),
    id: RequestId,
    correlationId: Type.String(),
    request: TextRequest,
  }),
  Type.Object({ type: Type.Literal("cancel"), id: RequestId }),
  Type.Object({ type: Type.Literal("shutdown") }),
]);

const FromRunner = Type.Union([
  Type.Object({ type: Type.Literal("text"), id: RequestId, piece: Type.String() }),
  /** `progress` only grows while tokens are read or written; `rss` is the runner's memory in bytes. */
  Type.Object({ type: Type.Literal("heartbeat"), progress: Count, rss: Count }),
  Type.Object({ type: Type.Literal("done"), id: RequestId, result: TextResult }),
  Type.Object({ type: Type.Literal("failed"), id: RequestId, error: Failure }),
  Type.Object({ type: Type.Literal("hello"), protocol: Type.Integer() }),
  Type.Object({ type: Type.Literal("loadProgress"), fraction: Type.Number() }),
  /** With what the process takes now, in bytes; `vram_bytes` is 0 without a GPU. */
  Type.Object({
    type: Type.Literal("loaded"),
    model: ModelInfo,
    load_ms: Count,
    rss_bytes: Count,
    vram_bytes: Count,
  }),
  Type.Object({ type: Type.Literal("loadFailed"), error: Failure }),
  Type.Object({
    type: Type.Literal("log"),
    level: Type.Union([
      Type.Literal("debug"),
      Type.Literal("info"),
      Type.Literal("warn"),
      Type.Literal("error"),
    ]),
    message: Type.String(),
    correlationId: Type.Optional(Type.String()),
  }),
]);

export type GpuSetting = Static<typeof GpuSetting>;
export type LoadOptions = Static<typeof LoadOptions>;
/** What is loaded; `contextSize` in tokens per request, `gpu` what is really used. */
export type ModelInfo = Readonly<Static<typeof ModelInfo>>;
export type RunnerFailure = Static<typeof Failure>;
export type MessageToRunner = Static<typeof ToRunner>;
export type MessageFromRunner = Static<typeof FromRunner>;

function parse<T extends TSchema>(schema: T, value: unknown): Static<T> | null {
  return Value.Check(schema, value) ? value : null;
}

/** @returns null for anything that is not such a message. */
export function parseMessageToRunner(value: unknown): MessageToRunner | null {
  return parse(ToRunner, value);
}

/** @returns null for anything that is not such a message. */
export function parseMessageFromRunner(value: unknown): MessageFromRunner | null {
  return parse(FromRunner, value);
}
