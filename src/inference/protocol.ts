import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ERRORS } from "../errors/registry.ts";
import { WorkRequest } from "./runner-work.ts";

/**
 * What the service and a runner say to each other, over Bun's IPC with structured clones. The runner's stdout and
 * stderr are no part of it: native code writes there as it likes.
 */
export const PROTOCOL_VERSION = 2;

const RequestId = Type.Integer({ minimum: 1 });
const Count = Type.Number({ minimum: 0 });
const ErrorCodes = Type.Union(
  (Object.keys(ERRORS) as (keyof typeof ERRORS)[]).map((code) => Type.Literal(code)),
);
const Failure = Type.Object({ code: ErrorCodes, message: Type.String({ maxLength: 4096 }) });

const GpuSetting = Type.Union([
  Type.Literal("auto"),
  Type.Literal("cuda"),
  Type.Literal("vulkan"),
  Type.Literal("off"),
]);

/** What all engines have in common. */
const Computing = {
  modelPath: Type.String(),
  isDemo: Type.Boolean(),
  /** 0 = automatic. */
  threads: Type.Integer({ minimum: 0 }),
  gpu: GpuSetting,
};
/** What both kinds of llama.cpp models have in common. */
const LlamaOptions = {
  ...Computing,
  /** Tokens of each request's context. */
  contextSize: Type.Integer({ minimum: 1 }),
  /** Tokens read in one step. */
  batchSize: Type.Integer({ minimum: 1 }),
  kvCache: Type.Union([Type.Literal("f16"), Type.Literal("q8_0")]),
  /** Layers that the GPU computes; null = as many as fit. */
  gpuLayers: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
};

const LoadOptions = Type.Union([
  Type.Object({
    kind: Type.Literal("text"),
    ...LlamaOptions,
    /** How many requests are computed at once, each with a context of its own. */
    sequences: Type.Integer({ minimum: 1, maximum: 64 }),
  }),
  Type.Object({
    kind: Type.Literal("vision"),
    ...LlamaOptions,
    /** File of the encoder that turns pictures into tokens. */
    mmprojPath: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal("image"),
    ...Computing,
    libraryPath: Type.String(),
    /** Moves the weights to the GPU only while they are needed. */
    weightsInRam: Type.Boolean(),
    /** Turns each result into pixels piece by piece, which takes less memory. */
    tiled: Type.Boolean(),
    /** How many pictures are drawn at once, each with a copy of the model. */
    parallel: Type.Integer({ minimum: 1, maximum: 64 }),
    /** Memory that a picture takes while it is drawn, in bytes. */
    pictureBytes: Count,
    /** For one picture. */
    timeoutMs: Type.Integer({ minimum: 1 }),
  }),
]);

const ModelInfo = Type.Object({
  name: Type.String(),
  path: Type.String(),
  quantization: Type.String(),
  /** In tokens per request; 0 for models that have none. */
  contextSize: Count,
  gpu: Type.Union([Type.Literal("cuda"), Type.Literal("vulkan"), Type.Literal("metal"), Type.Literal("off")]),
  threads: Count,
  isDemo: Type.Boolean(),
});

const ToRunner = Type.Union([
  Type.Object({ type: Type.Literal("load"), options: LoadOptions }),
  Type.Object({
    type: Type.Literal("run"),
    id: RequestId,
    correlationId: Type.String(),
    request: WorkRequest,
  }),
  Type.Object({ type: Type.Literal("cancel"), id: RequestId }),
  Type.Object({ type: Type.Literal("shutdown") }),
]);

const FromRunner = Type.Union([
  Type.Object({
    type: Type.Literal("text"),
    id: RequestId,
    piece: Type.String(),
    tokens: Type.Integer({ minimum: 0 }),
  }),
  /** A denoising step of a picture is done. */
  Type.Object({
    type: Type.Literal("step"),
    id: RequestId,
    step: Type.Integer({ minimum: 1 }),
    steps: Type.Integer({ minimum: 1 }),
  }),
  /** `progress` only grows while there is something done, token by token or step by step; `rss` is the runner's memory in bytes. */
  Type.Object({ type: Type.Literal("heartbeat"), progress: Count, rss: Count }),
  /** Whoever asked knows what kind of result it must be, and checks it (`parseWorkResult`). */
  Type.Object({ type: Type.Literal("done"), id: RequestId, result: Type.Unknown() }),
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
/** Kinds of engines; each runner is one. */
export type EngineKind = Static<typeof LoadOptions>["kind"];
export type LoadOptions<Kind extends EngineKind = EngineKind> = Extract<
  Static<typeof LoadOptions>,
  { kind: Kind }
>;
/** What is loaded; `gpu` is what is really used. */
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
