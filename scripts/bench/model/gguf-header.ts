const VERSION = 3;
/** Where the data of each tensor begins, in bytes; what the format takes for granted. */
const ALIGNMENT = 32;
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** A tensor whose data is a multiple of 32 bytes long. */
export interface GgufTensor {
  readonly name: string;
  /** Numbers of a row first. */
  readonly shape: readonly number[];
  /** ggml's number of how the numbers are stored. */
  readonly type: number;
  readonly byteLength: number;
  readonly data: () => Iterable<Uint8Array>;
}

/** The beginning of a GGUF file: metadata, and the list of tensors whose data follows in the same order. */
export class GgufHeader {
  readonly #parts: Uint8Array[] = [];
  #entries = 0;

  string(key: string, value: string): void {
    this.#entry(key, TYPES.string, text(value));
  }

  u32(key: string, value: number): void {
    this.#entry(key, TYPES.u32, u32(value));
  }

  f32(key: string, value: number): void {
    this.#entry(key, TYPES.f32, new Uint8Array(Float32Array.of(value).buffer));
  }

  bool(key: string, value: boolean): void {
    this.#entry(key, TYPES.bool, Uint8Array.of(Number(value)));
  }

  strings(key: string, values: readonly string[]): void {
    this.#entry(key, TYPES.array, u32(TYPES.string), u64(values.length), ...values.map(text));
  }

  i32s(key: string, values: readonly number[]): void {
    const numbers = new Uint8Array(Int32Array.from(values).buffer);
    this.#entry(key, TYPES.array, u32(TYPES.i32), u64(values.length), numbers);
  }

  bytes(tensors: readonly GgufTensor[]): Uint8Array {
    let offset = 0;
    const list = tensors.flatMap(({ name, shape, type, byteLength }) => {
      if (byteLength % ALIGNMENT !== 0) throw new Error(`${name} has ${byteLength} bytes`);
      const described = [text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset)];
      offset += byteLength;
      return described;
    });
    const counts = [u64(tensors.length), u64(this.#entries)];
    const head = Buffer.concat([Buffer.from("GGUF"), u32(VERSION), ...counts, ...this.#parts, ...list]);
    return Buffer.concat([head, new Uint8Array(-head.length & (ALIGNMENT - 1))]);
  }

  #entry(key: string, type: number, ...value: readonly Uint8Array[]): void {
    this.#entries += 1;
    this.#parts.push(text(key), u32(type), ...value);
  }
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function u64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}
