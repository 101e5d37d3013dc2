import { type FileHandle, open } from "node:fs/promises";
import { FileCursor, LimitExceeded } from "./file-cursor.ts";
import { fileTypeName, tensorBytes } from "./ggml-types.ts";

/*
 * Far above what real models have (a vocabulary of 260,000 tokens makes 15 MB of header, the largest mixtures of
 * experts some 3,000 tensors), far below what would hurt: files come from strangers.
 */
const MAX_HEADER_BYTES = 256 * 1024 * 1024;
const MAX_ENTRIES = 100_000;
const MAX_ARRAY = 4_000_000;
const MAX_KEPT_STRING = 4096;
const DEFAULT_ALIGNMENT = 32;

const MAGIC = "GGUF";
const VERSIONS = [2, 3];
const STRING = 8;
const ARRAY = 9;

/** Sizes of the fixed-size value types, by their number in the file. */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

export interface GgufFacts {
  readonly architecture: string;
  readonly name: string | null;
  /** As in file names, for example `Q4_K_M`; `unknown` when the file does not say. */
  readonly quantization: string;
  /** Tokens the model was trained for, null when the file does not say. */
  readonly contextLength: number | null;
  readonly parameterCount: number;
  /** Bytes a complete file has at least. */
  readonly expectedBytes: number;
  /** Number of files the model is split into. */
  readonly parts: number;
  /** What a token takes in the KV cache, null when the file does not say. */
  readonly kvCache: KvCacheShape | null;
}

/** Each layer keeps, for each head, so many numbers of key and of value per token. */
interface KvCacheShape {
  readonly layers: number;
  readonly heads: number;
  readonly keyLength: number;
  readonly valueLength: number;
}

/** The file is no GGUF file that this program understands. */
export class NotGguf extends Error {}

/**
 * Reads the header of a GGUF file: what the model is, and how long the file must be.
 * @throws NotGguf, UnexpectedEnd, LimitExceeded, or the file system's error
 */
export async function readGgufFacts(path: string): Promise<GgufFacts> {
  const handle = await open(path, "r");
  try {
    return await readHeader(handle);
  } finally {
    await handle.close();
  }
}

async function readHeader(handle: FileHandle): Promise<GgufFacts> {
  const cursor = new FileCursor(handle, MAX_HEADER_BYTES);
  if ((await cursor.bytes(4)).toString("latin1") !== MAGIC) throw new NotGguf("it does not begin with GGUF");
  const version = await cursor.u32();
  if (!VERSIONS.includes(version)) throw new NotGguf(`it has the unknown version ${version}`);

  const tensorCount = limited(await cursor.u64(), MAX_ENTRIES, "tensors");
  const entryCount = limited(await cursor.u64(), MAX_ENTRIES, "metadata entries");
  const metadata = new Map<string, string | number>();
  for (let index = 0; index < entryCount; index++) {
    const key = await readString(cursor);
    const value = await readValue(cursor, await cursor.u32());
    if (key !== null && value !== null) metadata.set(key, value);
  }
  const tensors = await readTensors(cursor, tensorCount);

  const alignment = numberOf(metadata.get("general.alignment")) ?? DEFAULT_ALIGNMENT;
  const architecture = textOf(metadata.get("general.architecture")) ?? "unknown";
  return {
    architecture,
    name: textOf(metadata.get("general.name")),
    quantization: fileTypeName(metadata.get("general.file_type")),
    contextLength: numberOf(metadata.get(`${architecture}.context_length`)),
    parameterCount: tensors.parameters,
    expectedBytes: Math.ceil(cursor.offset / alignment) * alignment + tensors.dataEnd,
    parts: numberOf(metadata.get("split.count")) ?? 1,
    kvCache: kvCacheShape((key) => numberOf(metadata.get(`${architecture}.${key}`))),
  };
}

/** Where layers differ the file has an array, which is not read: the largest that is possible counts then. */
function kvCacheShape(fact: (key: string) => number | null): KvCacheShape | null {
  const layers = fact("block_count");
  const queryHeads = fact("attention.head_count");
  const width = fact("embedding_length");
  if (layers === null || queryHeads === null || width === null) return null;
  const length = width / queryHeads;
  return {
    layers,
    heads: fact("attention.head_count_kv") ?? queryHeads,
    keyLength: fact("attention.key_length") ?? length,
    valueLength: fact("attention.value_length") ?? length,
  };
}

async function readTensors(
  cursor: FileCursor,
  count: number,
): Promise<{ parameters: number; dataEnd: number }> {
  let parameters = 0;
  let dataEnd = 0;
  for (let index = 0; index < count; index++) {
    await readString(cursor);
    const dimensions = limited(await cursor.u32(), 8, "dimensions");
    let numbers = 1;
    for (let dimension = 0; dimension < dimensions; dimension++) numbers *= await cursor.u64();
    const type = await cursor.u32();
    const offset = await cursor.u64();
    parameters += numbers;
    dataEnd = Math.max(dataEnd, offset + tensorBytes(type, numbers));
  }
  return { parameters, dataEnd };
}

/** @returns null for a string too long to be of interest; it is skipped */
async function readString(cursor: FileCursor): Promise<string | null> {
  const length = await cursor.u64();
  if (length <= MAX_KEPT_STRING) return (await cursor.bytes(length)).toString("utf8");
  await cursor.skip(length);
  return null;
}

/** @returns null for values that are not needed (arrays, booleans); they are skipped */
async function readValue(cursor: FileCursor, type: number): Promise<string | number | null> {
  if (type === STRING) return readString(cursor);
  if (type === ARRAY) {
    await skipArray(cursor);
    return null;
  }
  const bytes = await cursor.bytes(valueBytes(type));
  if (type === 4) return bytes.readUInt32LE(0);
  if (type === 5) return bytes.readInt32LE(0);
  return type === 10 ? Number(bytes.readBigUInt64LE(0)) : null;
}

async function skipArray(cursor: FileCursor): Promise<void> {
  const type = await cursor.u32();
  const length = limited(await cursor.u64(), MAX_ARRAY, "array elements");
  if (type === ARRAY) throw new NotGguf("it has arrays in arrays");
  if (type !== STRING) return cursor.skip(length * valueBytes(type));
  for (let index = 0; index < length; index++) await cursor.skip(await cursor.u64());
}

function valueBytes(type: number): number {
  const size = VALUE_BYTES[type];
  if (size === undefined) throw new NotGguf(`it has a value of the unknown type ${type}`);
  return size;
}

function limited(value: number, limit: number, what: string): number {
  if (value > limit) throw new LimitExceeded(`${value} ${what}`);
  return value;
}

function numberOf(value: string | number | undefined): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

function textOf(value: string | number | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
