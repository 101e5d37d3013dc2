import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { remoteError } from "./remote-errors.ts";
import type { ServerClient } from "./server-client.ts";

const Tokens = Type.Optional(Type.Union([Type.Number({ minimum: 1 }), Type.Null()]));

const Model = Type.Object({
  id: Type.String(),
  /** vLLM: tokens of prompt and answer together. */
  max_model_len: Tokens,
  /** llama-server: tokens of one of its slots. */
  meta: Type.Optional(Type.Union([Type.Object({ n_ctx: Tokens }), Type.Null()])),
});

const ModelList = Type.Object({ data: Type.Array(Model) });

export type ListedModel = Static<typeof Model>;

/** @throws AppError REMOTE_* ; REMOTE_WRONG_ADDRESS with status_code 404 from servers that have no list */
export async function listModels(client: ServerClient, signal: AbortSignal): Promise<readonly ListedModel[]> {
  const answer = await client.facts("GET", client.server.url("/models", null), signal);
  if (Value.Check(ModelList, answer)) return answer.data;
  const { host } = client.server;
  throw remoteError(
    "REMOTE_INVALID_ANSWER",
    client.asked(null),
    `${host} does not list models as OpenAI's API does.`,
  );
}

/** @returns tokens of prompt and answer together; null when the list does not say */
export function listedContextSize(models: readonly ListedModel[], model: string): number | null {
  const listed = models.find(({ id }) => id === model) ?? (models.length === 1 ? models[0] : undefined);
  return listed?.max_model_len ?? listed?.meta?.n_ctx ?? null;
}

/** For messages: the first few. */
export function nameModels(models: readonly ListedModel[]): string {
  const names = models.slice(0, 8).map(({ id }) => id);
  return models.length > names.length
    ? `${names.join(", ")} and ${models.length - names.length} more`
    : names.join(", ");
}
