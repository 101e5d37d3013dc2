import { dlopen, FFIType } from "bun:ffi";
import { existsSync } from "node:fs";

/*
 * stable-diffusion.cpp behind the shim of sd-shim/ (see sd_shim.h there for what each function does). No call but
 * `close` waits: loading and drawing go on in the library and are asked after.
 */

/** Of sd_shim.h; a library with another one has other functions. */
const SHIM_ABI = 1;
const STATES = ["idle", "working", "done", "failed", "cancelled"] as const;
const LONGEST_TEXT = 4096;

const { i32, i64, u64, f32, ptr, cstring } = FFIType;

const VERSION = { sd_shim_abi: { args: [], returns: i32 } } as const;
const FUNCTIONS = {
  sd_shim_release: { args: [], returns: cstring },
  sd_shim_gpu: { args: [ptr], returns: cstring },
  sd_shim_open: { args: [], returns: u64 },
  sd_shim_load: { args: [u64, ptr, i32, i32, i32], returns: i32 },
  sd_shim_draw: { args: [u64, ptr, ptr, i32, i32, i32, f32, i64, i32], returns: i32 },
  sd_shim_poll: { args: [u64, ptr], returns: i32 },
  sd_shim_activity: { args: [], returns: i64 },
  sd_shim_cancel: { args: [u64], returns: FFIType.void },
  sd_shim_size: { args: [u64, ptr], returns: i32 },
  sd_shim_take: { args: [u64, ptr, i64], returns: i32 },
  sd_shim_error: { args: [u64, ptr, i32], returns: i32 },
  sd_shim_log: { args: [ptr, i32], returns: i32 },
  sd_shim_close: { args: [u64], returns: FFIType.void },
} as const;

/** There is no such file. */
export class StableDiffusionMissing extends Error {}

/** The file is there, but it is not a library that this program can use; the message says why. */
export class StableDiffusionUnusable extends Error {}

export interface LoadSettings {
  readonly modelPath: string;
  readonly threads: number;
  readonly gpu: boolean;
  /** Moves them to the GPU while they are needed: slower, and takes less of its memory. */
  readonly weightsInRam: boolean;
}

export interface DrawSettings {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  /** From 0. */
  readonly seed: number;
  /** Turns the result into pixels piece by piece, which takes less memory. */
  readonly tiled: boolean;
}

export interface JobProgress {
  readonly state: (typeof STATES)[number];
  /** The step of the picture that is done, of so many. */
  readonly step: number;
  readonly steps: number;
}

export interface RawPicture {
  readonly width: number;
  readonly height: number;
  /** Bytes of one pixel: 3 for red, green and blue. */
  readonly channels: number;
  /** Rows from the top, without padding. */
  readonly pixels: Uint8Array;
}

/** The library, open. */
export class StableDiffusion {
  readonly #symbols: ReturnType<typeof openLibrary>["symbols"];

  /** @throws StableDiffusionMissing, StableDiffusionUnusable */
  constructor(path: string) {
    this.#symbols = openLibrary(path).symbols;
  }

  /** The release of stable-diffusion.cpp that is inside. */
  get release(): string {
    return String(this.#symbols.sd_shim_release());
  }

  /** Grows while anything happens in any session. */
  get activity(): number {
    return Number(this.#symbols.sd_shim_activity());
  }

  /** The GPUs it can use, their memory in bytes; null without one. */
  gpu(): { readonly kind: string; readonly freeBytes: number; readonly totalBytes: number } | null {
    const memory = new BigInt64Array(2);
    const kind = String(this.#symbols.sd_shim_gpu(memory));
    return kind === "" ? null : { kind, freeBytes: Number(memory[0]), totalBytes: Number(memory[1]) };
  }

  /** Takes the oldest line it has logged; null when there is none. */
  nextLogLine(): string | null {
    const buffer = Buffer.alloc(LONGEST_TEXT);
    return this.#symbols.sd_shim_log(buffer, buffer.length) < 0 ? null : textOf(buffer);
  }

  /** @throws StableDiffusionUnusable when there is no memory even for that */
  open(): StableDiffusionSession {
    const handle = this.#symbols.sd_shim_open();
    if (handle === 0n) throw new StableDiffusionUnusable("out of memory");
    return new StableDiffusionSession(this.#symbols, handle);
  }
}

/** One model and what is drawn with it, one picture at a time. Not to be used any more after `close`. */
export class StableDiffusionSession {
  readonly #symbols: ReturnType<typeof openLibrary>["symbols"];
  /** Address of the library's own session. */
  readonly #handle: bigint;

  constructor(symbols: ReturnType<typeof openLibrary>["symbols"], handle: bigint) {
    this.#symbols = symbols;
    this.#handle = handle;
  }

  /** Begins to load. @returns false when it is at work or has a model already */
  load({ modelPath, threads, gpu, weightsInRam }: LoadSettings): boolean {
    const path = cText(modelPath);
    return this.#symbols.sd_shim_load(this.#handle, path, threads, Number(gpu), Number(weightsInRam)) === 0;
  }

  /** Begins to draw. @returns false when it is at work or has no model */
  draw(picture: DrawSettings): boolean {
    const begun = this.#symbols.sd_shim_draw(
      this.#handle,
      cText(picture.prompt),
      cText(picture.negativePrompt),
      picture.width,
      picture.height,
      picture.steps,
      picture.guidance,
      BigInt(picture.seed),
      Number(picture.tiled),
    );
    return begun === 0;
  }

  progress(): JobProgress {
    const progress = new Int32Array(2);
    const state = STATES[this.#symbols.sd_shim_poll(this.#handle, progress)] ?? "failed";
    return { state, step: progress[0] ?? 0, steps: progress[1] ?? 0 };
  }

  /** Gives up the picture after the step it is at. */
  cancel(): void {
    this.#symbols.sd_shim_cancel(this.#handle);
  }

  /** The finished picture, which the library lets go of; null without one. */
  take(): RawPicture | null {
    const size = new Int32Array(3);
    if (this.#symbols.sd_shim_size(this.#handle, size) !== 0) return null;
    const [width = 0, height = 0, channels = 0] = size;
    const pixels = new Uint8Array(width * height * channels);
    const taken = this.#symbols.sd_shim_take(this.#handle, pixels, BigInt(pixels.length)) === 0;
    return taken ? { width, height, channels, pixels } : null;
  }

  /** What the library complained about in its last job. */
  complaint(): string {
    const buffer = Buffer.alloc(LONGEST_TEXT);
    this.#symbols.sd_shim_error(this.#handle, buffer, buffer.length);
    return textOf(buffer);
  }

  /** Frees the model; waits for a job that is under way to end. */
  close(): void {
    this.#symbols.sd_shim_close(this.#handle);
  }
}

/** The version first: a library of another one may lack functions, or mean something else by them. */
function openLibrary(path: string) {
  // A name without a folder would be looked for everywhere.
  if (!existsSync(path)) throw new StableDiffusionMissing(`There is no file ${path}.`);
  try {
    const abi = dlopen(path, VERSION).symbols.sd_shim_abi();
    if (abi !== SHIM_ABI) {
      throw new StableDiffusionUnusable(
        `${path} belongs to another version of this program (interface ${abi}, wanted ${SHIM_ABI}).`,
      );
    }
    return dlopen(path, FUNCTIONS);
  } catch (error) {
    if (error instanceof StableDiffusionUnusable) throw error;
    throw new StableDiffusionUnusable(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

/** As C wants it; a NUL inside would end it too early. */
function cText(text: string): Buffer {
  return Buffer.from(`${text.replaceAll("\0", " ")}\0`);
}

function textOf(buffer: Buffer): string {
  return buffer.toString("utf8", 0, buffer.indexOf(0));
}
