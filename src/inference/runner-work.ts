import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** What runners can be asked to do, and what they answer: one request and one result for each kind of work. */

/** Longest text of one message in characters; far above any context, it only stops runaway input. */
const MAX_TEXT_LENGTH = 16 * 1024 * 1024;
const MAX_TOKENS = 1_000_000;
/** Texts whose tokens are counted by one request; whoever has more asks again. */
export const MAX_COUNTED_TEXTS = 10_000;
/** A picture of 4096 × 4096 pixels that cannot be compressed at all has 64 MiB. */
const MAX_PNG_BYTES = 80 * 1024 * 1024;
const MAX_PICTURE_SIDE = 16_384;
const MAX_STEPS = 10_000;

const Count = Type.Number({ minimum: 0 });
const Text = Type.String({ maxLength: MAX_TEXT_LENGTH });
const Pixels = Type.Integer({ minimum: 1, maximum: MAX_PICTURE_SIDE });
const Sampling = {
  maxTokens: Type.Integer({ minimum: 1, maximum: MAX_TOKENS }),
  temperature: Type.Number({ minimum: 0, maximum: 10 }),
};

const TextRequest = Type.Object({
  kind: Type.Literal("text"),
  messages: Type.Array(
    Type.Object({
      role: Type.Union([Type.Literal("system"), Type.Literal("user"), Type.Literal("assistant")]),
      content: Text,
    }),
    { minItems: 1, maxItems: 1000 },
  ),
  ...Sampling,
  jsonSchema: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

const TokensRequest = Type.Object({
  kind: Type.Literal("tokens"),
  texts: Type.Array(Text, { maxItems: MAX_COUNTED_TEXTS }),
});

const VisionRequest = Type.Object({
  kind: Type.Literal("vision"),
  imagePath: Type.String({ minLength: 1, maxLength: 4096 }),
  systemPrompt: Type.Union([Text, Type.Null()]),
  prompt: Text,
  ...Sampling,
});

const ImageRequest = Type.Object({
  kind: Type.Literal("image"),
  prompt: Text,
  negativePrompt: Text,
  width: Pixels,
  height: Pixels,
  steps: Type.Integer({ minimum: 1, maximum: MAX_STEPS }),
  guidance: Type.Number({ minimum: 0, maximum: 100 }),
  seed: Type.Integer(),
});

export const WorkRequest = Type.Union([TextRequest, TokensRequest, VisionRequest, ImageRequest]);

const TextResult = Type.Object({
  text: Text,
  model: Type.String(),
  stopReason: Type.Union([Type.Literal("stop"), Type.Literal("length"), Type.Literal("repetition")]),
  promptTokensCut: Count,
  metrics: Type.Object({
    queue_ms: Count,
    load_ms: Count,
    prompt_tokens: Count,
    prompt_ms: Count,
    completion_tokens: Count,
    generation_ms: Count,
    ttft_ms: Count,
    prompt_tokens_per_second: Count,
    completion_tokens_per_second: Count,
  }),
});

const RESULTS = {
  text: TextResult,
  /** One number for each text, in their order. */
  tokens: Type.Object({ counts: Type.Array(Count, { maxItems: MAX_COUNTED_TEXTS }) }),
  vision: TextResult,
  image: Type.Object({
    png: Type.Uint8Array({ minByteLength: 1, maxByteLength: MAX_PNG_BYTES }),
    width: Pixels,
    height: Pixels,
    model: Type.String(),
    metrics: Type.Object({ queue_ms: Count, load_ms: Count, generation_ms: Count }),
  }),
};

export type WorkRequest = Static<typeof WorkRequest>;
export type WorkKind = WorkRequest["kind"];
export type WorkResult<Kind extends WorkKind = WorkKind> = Static<(typeof RESULTS)[Kind]>;

/** @returns null for anything that is not the result of such work */
export function parseWorkResult<Kind extends WorkKind>(kind: Kind, value: unknown): WorkResult<Kind> | null {
  return Value.Check(RESULTS[kind], value) ? value : null;
}
