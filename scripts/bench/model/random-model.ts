import { open } from "node:fs/promises";
import { readGgufFileInfo } from "node-llama-cpp";
import { GgufHeader, type GgufTensor } from "./gguf-header.ts";

const WIDTH = 1024;
const FEED_FORWARD = 4096;
const HEAD = 64;
const KV_HEADS = 4;
const KV_WIDTH = HEAD * KV_HEADS;
/** Weights of one layer: attention with grouped keys and values, and a gated feed-forward part. */
const LAYER_WEIGHTS = 2 * WIDTH * WIDTH + 2 * WIDTH * KV_WIDTH + 3 * WIDTH * FEED_FORWARD;
/** How strongly the output prefers tokens that may come: many times what chance adds. */
const PREFERENCE = 127;
const CHUNK_BLOCKS = 65_536;

/** Numbers per block and bytes per block, as ggml stores them: a scale in half precision, then the numbers. */
const Q4_0 = { type: 2, numbers: 32, bytes: 18 } as const;
const Q8_0 = { type: 8, numbers: 32, bytes: 34 } as const;
const F32 = 0;
/**
 * Two numbers of four bits each, 8 is their zero, without the lowest: of all 16 the mean is below zero, which adds up
 * over the layers until nothing else is left of a state.
 */
const BALANCED = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 16 ? byte | 0x80 : byte)).map(
  (byte) => (byte % 16 === 0 ? byte | 8 : byte),
);

/**
 * Writes a model of llama's architecture with random weights, in 4 bits, with the tokenizer of the demo model: as slow
 * as a real one of its size, and it never ends an answer by itself. Same size, same file.
 *
 * One number of each token's state is constant, and the output takes it as a bonus for tokens that may come: not those
 * that end an answer, and not `image`, so that every note is taken for a question.
 * @param parameters about so many weights
 */
export async function writeRandomModel(path: string, tokenizer: string, parameters: number): Promise<void> {
  const { metadata } = await readGgufFileInfo(tokenizer, { logWarnings: false });
  const ggml = metadata.tokenizer.ggml;
  const layers = Math.max(1, Math.round(parameters / LAYER_WEIGHTS));
  const vocabulary = ggml.tokens.length;
  const header = new GgufHeader();
  header.string("general.architecture", "llama");
  header.string("general.name", `random weights, ${layers} layers`);
  header.u32("general.file_type", 2);
  for (const [key, value] of Object.entries({
    vocab_size: vocabulary,
    context_length: 8192,
    embedding_length: WIDTH,
    block_count: layers,
    feed_forward_length: FEED_FORWARD,
    "attention.head_count": WIDTH / HEAD,
    "attention.head_count_kv": KV_HEADS,
    "rope.dimension_count": HEAD,
  }))
    header.u32(`llama.${key}`, value);
  header.f32("llama.attention.layer_norm_rms_epsilon", 1e-5);
  header.f32("llama.rope.freq_base", 10_000);
  header.string("tokenizer.ggml.model", ggml.model);
  header.string("tokenizer.ggml.pre", ggml.pre ?? "gpt-2");
  header.strings("tokenizer.ggml.tokens", ggml.tokens);
  header.i32s("tokenizer.ggml.token_type", ggml.token_type);
  header.strings("tokenizer.ggml.merges", ggml.merges ?? []);
  header.u32("tokenizer.ggml.bos_token_id", Number(ggml.bos_token_id));
  header.u32("tokenizer.ggml.eos_token_id", Number(ggml.eos_token_id));
  header.bool("tokenizer.ggml.add_bos_token", false);
  header.string("tokenizer.chat_template", String(metadata.tokenizer.chat_template));
  const mayCome = (token: number) => ggml.token_type[token] === 1 && !beginsImage(ggml.tokens[token] ?? "");
  const file = await open(path, "w");
  try {
    const tensors = tensorsOf(layers, vocabulary, mayCome);
    await file.write(header.bytes(tensors));
    for (const { data } of tensors) for (const bytes of data()) await file.write(bytes);
  } finally {
    await file.close();
  }
}

/** Also behind a quotation mark or before one, as they stand in JSON. */
function beginsImage(token: string): boolean {
  const word = token.replace(/^[^a-z]+|[^a-z]+$/g, "");
  return token === "" || (word !== "" && "image".startsWith(word));
}

function tensorsOf(layers: number, vocabulary: number, mayCome: (token: number) => boolean): GgufTensor[] {
  return [
    eightBit("token_embd.weight", vocabulary, 8 / PREFERENCE, () => true),
    ones("output_norm.weight"),
    eightBit("output.weight", vocabulary, 1 / PREFERENCE, mayCome),
    ...Array.from({ length: layers }, (_, layer) => [
      ones(`blk.${layer}.attn_norm.weight`),
      fourBit(`blk.${layer}.attn_q.weight`, WIDTH, WIDTH),
      fourBit(`blk.${layer}.attn_k.weight`, WIDTH, KV_WIDTH),
      fourBit(`blk.${layer}.attn_v.weight`, WIDTH, KV_WIDTH),
      fourBit(`blk.${layer}.attn_output.weight`, WIDTH, WIDTH, true),
      ones(`blk.${layer}.ffn_norm.weight`),
      fourBit(`blk.${layer}.ffn_gate.weight`, WIDTH, FEED_FORWARD),
      fourBit(`blk.${layer}.ffn_up.weight`, WIDTH, FEED_FORWARD),
      fourBit(`blk.${layer}.ffn_down.weight`, FEED_FORWARD, WIDTH, true),
    ]).flat(),
  ];
}

function ones(name: string): GgufTensor {
  const values = new Float32Array(WIDTH).fill(1);
  const bytes = new Uint8Array(values.buffer);
  return { name, shape: [WIDTH], type: F32, byteLength: bytes.length, data: () => [bytes] };
}

/** @param keepsFirst the first row is zero, so that the constant number of the state stays as it is */
function fourBit(name: string, columns: number, rows: number, keepsFirst = false): GgufTensor {
  const blocks = (columns * rows) / Q4_0.numbers;
  const scale = half(0.5 / (4.6 * Math.sqrt(columns)));
  function* data() {
    for (let done = 0; done < blocks; done += CHUNK_BLOCKS) {
      const bytes = randomBytes(Math.min(CHUNK_BLOCKS, blocks - done) * Q4_0.bytes);
      if (keepsFirst && done === 0) bytes.fill(0x88, 0, (columns / Q4_0.numbers) * Q4_0.bytes);
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = BALANCED[bytes[at] ?? 0] ?? 0;
      for (let at = 0; at < bytes.length; at += Q4_0.bytes) setHalf(bytes, at, scale);
      yield bytes;
    }
  }
  return { name, shape: [columns, rows], type: Q4_0.type, byteLength: blocks * Q4_0.bytes, data };
}

/** One row for each token; its first number is 127 steps for those with the bonus, and all of it 0 for the others. */
function eightBit(
  name: string,
  rows: number,
  firstStep: number,
  hasBonus: (row: number) => boolean,
): GgufTensor {
  const rowBytes = (WIDTH / Q8_0.numbers) * Q8_0.bytes;
  function* data() {
    for (let row = 0; row < rows; row += 1) {
      const bytes = hasBonus(row) ? randomBytes(rowBytes) : new Uint8Array(rowBytes);
      for (let at = 0; at < rowBytes; at += Q8_0.bytes)
        setHalf(bytes, at, half(at === 0 ? firstStep : 0.0003));
      for (let at = 2; at < Q8_0.bytes; at += 1) bytes[at] = ((bytes[at] ?? 0) % 5) - 2;
      if (hasBonus(row)) bytes[2] = PREFERENCE;
      yield bytes;
    }
  }
  return { name, shape: [WIDTH, rows], type: Q8_0.type, byteLength: rows * rowBytes, data };
}

function setHalf(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value & 0xff;
  bytes[at + 1] = value >> 8;
}

/** The bits of a number in half precision; only for ordinary positive ones. */
function half(value: number): number {
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  const fraction = Math.round((value / 2 ** exponent - 1) * 1024);
  return value < 2 ** -14 ? Math.round(value * 2 ** 24) : ((exponent + 15) << 10) + fraction;
}

/** xorshift32: the same in every run. */
let state = 0x9e3779b9;
function randomBytes(count: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(count / 4));
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, count);
}
