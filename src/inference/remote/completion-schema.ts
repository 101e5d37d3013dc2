import { type Static, Type } from "@sinclair/typebox";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Optional(Type.Union([type, Type.Null()]));

const Message = Type.Object({
  content: nullable(Type.String()),
  /** What a model thinks before it answers: vLLM, llama-server and DeepSeek call it so, ollama `reasoning`. */
  reasoning_content: nullable(Type.String()),
  reasoning: nullable(Type.String()),
});

/** Of llama-server: times in ms. */
const Timings = Type.Object({
  prompt_ms: Type.Number({ minimum: 0 }),
  predicted_ms: Type.Number({ minimum: 0 }),
  prompt_per_second: nullable(Type.Number()),
  predicted_per_second: nullable(Type.Number()),
});

/** A piece of a streamed answer, or a whole one. Only what is read here is checked. */
export const Completion = Type.Object({
  choices: Type.Optional(
    Type.Array(
      Type.Object({
        delta: nullable(Message),
        message: nullable(Message),
        finish_reason: nullable(Type.String()),
      }),
    ),
  ),
  usage: nullable(
    Type.Object({
      prompt_tokens: Type.Number({ minimum: 0 }),
      completion_tokens: nullable(Type.Number({ minimum: 0 })),
    }),
  ),
  timings: nullable(Timings),
  /** Something went wrong after the answer had begun. */
  error: Type.Optional(Type.Unknown()),
});

export type Completion = Static<typeof Completion>;
