import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildInfo } from "../../build-info.ts";

/** Builds of the library; each is one file that carries its own llama.cpp. */
export type VisionVariant = "cuda" | "vulkan" | "cpu";

/** Folder beside the executable with a file `<variant>.node` for each build. */
export const VISION_FOLDER = "lib/llama-vision";

/** The part of @fugood/llama.node's native interface that is used here. */
export interface VisionContext {
  /** @throws Error when the encoder cannot be used with the model */
  initMultimodal(options: { readonly path: string; readonly use_gpu: boolean }): boolean;
  /**
   * One at a time. After it has thrown, the context is of no use any more: it takes every further completion for one
   * that disturbs the one that failed.
   */
  completion(
    options: VisionCompletion,
    onToken: (token: { readonly content?: string }) => void,
  ): Promise<VisionAnswer>;
  /** Takes effect with the next token; reading the prompt cannot be stopped. */
  stopCompletion(): void;
  release(): Promise<void>;
}

interface VisionContextOptions {
  readonly model: string;
  readonly n_ctx: number;
  readonly n_batch: number;
  readonly n_ubatch: number;
  readonly n_parallel: number;
  readonly n_threads: number;
  readonly n_gpu_layers: number;
  readonly cache_type_k: string;
  readonly cache_type_v: string;
  readonly use_mmap: boolean;
}

interface VisionCompletion {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** One file for each MEDIA_MARKER in the messages, in their order. */
  readonly media_paths: readonly string[];
  readonly n_predict: number;
  readonly temperature: number;
  readonly enable_thinking: boolean;
  /** `auto`: what a model thinks before it answers is no part of `content`. */
  readonly reasoning_format: "auto";
}

/** Stands in a message where a picture is shown to the model. */
export const MEDIA_MARKER = "<__media__>";

/** Times in ms. */
export interface VisionAnswer {
  readonly text: string;
  /** The text without what the model thought; missing when there is none. */
  readonly content?: string;
  /** Of the prompt, of its picture, and of the answer. */
  readonly tokens_evaluated: number;
  readonly tokens_predicted: number;
  readonly interrupted: boolean;
  readonly context_full: boolean;
  readonly stopped_limited: boolean;
  /** llama.cpp's own; `prompt_n` counts only what it did not know from the request before. */
  readonly timings: {
    readonly prompt_n: number;
    readonly prompt_ms: number;
    readonly predicted_ms: number;
  };
}

export interface VisionLibrary {
  /** Loads the model before it returns. Dies with SIGSEGV when it cannot, after it has written why to stderr. */
  readonly LlamaContext: new (
    options: VisionContextOptions,
  ) => VisionContext;
  /** Of the computing devices, `type` is `gpu` for those that matter here. */
  devices(): readonly { readonly type: string; readonly deviceName: string }[];
}

/** @throws Error when that build is not there, or does not fit the system and its drivers */
export function openVisionLibrary(variant: VisionVariant): VisionLibrary {
  const path = libraryPath(variant);
  if (path === null) throw new Error("this build has none");
  const loaded: { exports: unknown } = { exports: {} };
  process.dlopen(loaded, path);
  const { exports } = loaded;
  if (!isNativeLibrary(exports)) throw new Error("it is not the library that was expected");
  const { LlamaContext } = exports;
  return { LlamaContext, devices: () => JSON.parse(LlamaContext.getBackendDevicesInfo()) };
}

type NativeContext = VisionLibrary["LlamaContext"] & { getBackendDevicesInfo(): string };

function isNativeLibrary(value: unknown): value is { readonly LlamaContext: NativeContext } {
  if (typeof value !== "object" || value === null || !("LlamaContext" in value)) return false;
  const { LlamaContext } = value;
  return typeof LlamaContext === "function" && "getBackendDevicesInfo" in LlamaContext;
}

/** Laid beside the executable by the build; from the sources the package of the checkout is used. */
function libraryPath(variant: VisionVariant): string | null {
  if (buildInfo.commit !== "source") {
    const path = join(dirname(process.execPath), ...VISION_FOLDER.split("/"), `${variant}.node`);
    return existsSync(path) ? path : null;
  }
  const suffix = variant === "cpu" ? "" : `-${variant}`;
  try {
    const name = `@fugood/node-llama-${process.platform}-${process.arch}${suffix}`;
    return Bun.resolveSync(name, import.meta.dir);
  } catch {
    return null;
  }
}
