import type { GgufFacts } from "../models/gguf.ts";
import type { LoadPlan } from "./load-plan.ts";

/** A runner with the native library loaded and no model, measured. */
const RUNNER_BYTES = 150_000_000;
/** Scratch memory for each token of a batch; what large vocabularies take, rounded up. */
const BATCH_TOKEN_BYTES = 512 * 1024;
/** Bytes of one number in the KV cache; 8-bit blocks of 32 carry a 2-byte scale. */
const NUMBER_BYTES = { f16: 2, q8_0: 34 / 32 } as const;

/**
 * What a model takes when it is loaded like this: an estimate from its file's header, good enough until it has been
 * measured. A model that does not tell the shape of its cache is taken to need none.
 * @param fileBytes size of the model's file, all parts together
 */
export function estimateMemory(
  plan: LoadPlan,
  facts: Pick<GgufFacts, "kvCache">,
  fileBytes: number,
  sequences: number,
): number {
  const { layers = 0, heads = 0, keyLength = 0, valueLength = 0 } = facts.kvCache ?? {};
  const numbersPerToken = layers * heads * (keyLength + valueLength);
  const cache = numbersPerToken * NUMBER_BYTES[plan.kvCache] * plan.contextSize * sequences;
  const onDevice = plan.gpuLayers === null || layers === 0 ? 1 : plan.gpuLayers / layers;
  return Math.ceil((fileBytes + cache) * onDevice + plan.batchSize * BATCH_TOKEN_BYTES + RUNNER_BYTES);
}
