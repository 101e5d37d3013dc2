import { basename, extname } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { DrawSettings, StableDiffusion, StableDiffusionSession } from "../../native/stable-diffusion.ts";
import type { ImageRequest } from "../image-engine.ts";
import { saysOutOfMemory } from "../out-of-memory.ts";
import type { LoadOptions, ModelInfo } from "../protocol.ts";
import {
  type EngineLoadHooks,
  type EngineWorkHooks,
  notMyWork,
  type RunnerEngine,
} from "../runner/engine.ts";
import type { WorkRequest, WorkResult } from "../runner-work.ts";
import { chooseThreads } from "./choose-threads.ts";
import { drainLog, jobEnded, loadSession, openLibrary } from "./diffusion-session.ts";
import { encodePng } from "./encode-png.ts";
import { physicalCores } from "./physical-cores.ts";

/** One copy of the model: draws one picture at a time. */
interface Easel {
  readonly session: StableDiffusionSession;
  busy: boolean;
}

/** stable-diffusion.cpp as an image engine. Runs in a runner only: native code may crash or hang at any time. */
export class StableDiffusionEngine implements RunnerEngine {
  readonly model: ModelInfo;
  readonly vramBytes: number;
  readonly workBytes: number;
  readonly #library: StableDiffusion;
  readonly #easels: readonly Easel[];
  readonly #options: LoadOptions<"image">;
  readonly #log: EngineLoadHooks["log"];

  private constructor(
    library: StableDiffusion,
    sessions: readonly StableDiffusionSession[],
    loaded: { readonly model: ModelInfo; readonly vramBytes: number },
    options: LoadOptions<"image">,
    log: EngineLoadHooks["log"],
  ) {
    this.#library = library;
    this.#easels = sessions.map((session) => ({ session, busy: false }));
    this.model = loaded.model;
    this.vramBytes = loaded.vramBytes;
    this.workBytes = options.pictureBytes * options.parallel;
    this.#options = options;
    this.#log = log;
  }

  /** @throws AppError IMAGE_ENGINE_MISSING, ENGINE_UNAVAILABLE, OUT_OF_MEMORY, MODEL_LOAD_FAILED */
  static async load(options: LoadOptions<"image">, hooks: EngineLoadHooks): Promise<StableDiffusionEngine> {
    const library = openLibrary(options.libraryPath);
    const device = options.gpu === "off" ? null : library.gpu();
    if (options.gpu !== "off" && device === null)
      hooks.log("info", "No usable GPU was found; drawing on the processor");
    // A picture has billions of numbers to compute, however small the model is.
    const threads = chooseThreads(options.threads, physicalCores(), Number.POSITIVE_INFINITY);
    const sessions: StableDiffusionSession[] = [];
    for (let copy = 0; copy < options.parallel; copy++) {
      sessions.push(await loadSession(library, options, threads, device !== null, hooks));
    }
    const free = device === null ? undefined : library.gpu()?.freeBytes;
    const model: ModelInfo = {
      name: basename(options.modelPath, extname(options.modelPath)),
      path: options.modelPath,
      quantization: "",
      contextSize: 0,
      gpu: deviceOf(device?.kind),
      threads,
      isDemo: options.isDemo,
    };
    const vramBytes = Math.max(0, (device?.freeBytes ?? 0) - (free ?? 0));
    return new StableDiffusionEngine(library, sessions, { model, vramBytes }, options, hooks.log);
  }

  /** Steps, and whatever else the library tells about. */
  get progress(): number {
    return this.#library.activity;
  }

  async run(request: WorkRequest, hooks: EngineWorkHooks): Promise<WorkResult> {
    if (request.kind !== "image") throw notMyWork(request.kind);
    const easel = this.#easels.find(({ busy }) => !busy);
    if (easel === undefined)
      throw new AppError("QUEUE_FULL", "The image engine draws as many pictures as it can.");
    easel.busy = true;
    try {
      return await this.#draw(easel.session, request, hooks);
    } finally {
      easel.busy = false;
    }
  }

  async dispose(): Promise<void> {
    for (const { session } of this.#easels) {
      session.cancel();
      await jobEnded(session, () => undefined);
      session.close();
    }
  }

  async #draw(
    session: StableDiffusionSession,
    request: ImageRequest,
    hooks: EngineWorkHooks,
  ): Promise<WorkResult<"image">> {
    const begun = performance.now();
    const deadline = begun + this.#options.timeoutMs;
    const complaint = await this.#attempt(
      session,
      { ...request, tiled: this.#options.tiled },
      deadline,
      hooks,
    );
    if (complaint !== null && saysOutOfMemory(complaint) && !this.#options.tiled) {
      this.#log("warn", "Too little memory for a picture in one piece; trying it in tiles");
      const again = await this.#attempt(session, { ...request, tiled: true }, deadline, hooks);
      if (again !== null) throw failed(request, again);
    } else if (complaint !== null) throw failed(request, complaint);
    const picture = session.take();
    if (picture === null) throw new AppError("INFERENCE_FAILED", "The image engine has lost its picture.");
    const png = await encodePng(picture);
    const { width, height } = picture;
    const metrics = { queue_ms: 0, load_ms: 0, generation_ms: performance.now() - begun };
    return { png, width, height, model: this.model.name, metrics };
  }

  /**
   * @returns null when the picture is ready, else what the library complains about
   * @throws AppError CANCELLED, IMAGE_TIMEOUT
   */
  async #attempt(
    session: StableDiffusionSession,
    picture: DrawSettings,
    deadline: number,
    { signal, onStep }: EngineWorkHooks,
  ): Promise<string | null> {
    if (signal.aborted) throw cancelled();
    session.draw(picture);
    let shown = 0;
    const state = await jobEnded(session, ({ step, steps }) => {
      if (step > shown) onStep(step, steps);
      shown = step;
      if (signal.aborted || performance.now() > deadline) session.cancel();
      drainLog(this.#library, this.#log);
    });
    if (signal.aborted) throw cancelled();
    if (state === "done") return null;
    if (state === "failed") return session.complaint();
    const seconds = Math.round(this.#options.timeoutMs / 1000);
    const progress = `${shown} of ${picture.steps} steps were done`;
    throw new AppError("IMAGE_TIMEOUT", `The picture was not finished within ${seconds} s: ${progress}.`);
  }
}

function deviceOf(kind: string | undefined): ModelInfo["gpu"] {
  const known = ["cuda", "vulkan"] as const;
  return known.find((name) => name === kind?.toLowerCase()) ?? "off";
}

function failed({ width, height }: ImageRequest, complaint: string): AppError {
  if (saysOutOfMemory(complaint)) {
    const message = `There is too little memory to draw a picture of ${width} × ${height} pixels`;
    return new AppError("OUT_OF_MEMORY", `${message}: ${complaint}`);
  }
  return new AppError("INFERENCE_FAILED", `The picture could not be drawn: ${complaint}`);
}

function cancelled(): AppError {
  return new AppError("CANCELLED", "The picture was cancelled.");
}
