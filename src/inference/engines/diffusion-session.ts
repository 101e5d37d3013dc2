import { AppError } from "../../errors/app-error.ts";
import {
  type JobProgress,
  StableDiffusion,
  StableDiffusionMissing,
  type StableDiffusionSession,
} from "../../native/stable-diffusion.ts";
import { saysOutOfMemory } from "../out-of-memory.ts";
import type { LoadOptions } from "../protocol.ts";
import type { EngineLoadHooks } from "../runner/engine.ts";

/** How often the library is asked how far it is; a step takes at least about as long. */
const POLL_MS = 30;

/** @throws AppError IMAGE_ENGINE_MISSING, ENGINE_UNAVAILABLE */
export function openLibrary(path: string): StableDiffusion {
  try {
    return new StableDiffusion(path);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/[^.]$/, "$&.");
    if (error instanceof StableDiffusionMissing)
      throw new AppError("IMAGE_ENGINE_MISSING", `The library that draws pictures is missing: ${reason}`, {
        cause: error,
      });
    throw new AppError("ENGINE_UNAVAILABLE", `The library that draws pictures cannot be used: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Loads one copy of the model.
 * @throws AppError OUT_OF_MEMORY, MODEL_LOAD_FAILED
 */
export async function loadSession(
  library: StableDiffusion,
  { modelPath, weightsInRam }: LoadOptions<"image">,
  threads: number,
  gpu: boolean,
  hooks: EngineLoadHooks,
): Promise<StableDiffusionSession> {
  const session = library.open();
  session.load({ modelPath, threads, gpu, weightsInRam });
  let activity = library.activity;
  const state = await jobEnded(session, () => {
    // How much is still to do it does not say, but that it goes on.
    if (library.activity > activity) hooks.onProgress(0);
    activity = library.activity;
    drainLog(library, hooks.log);
  });
  if (state === "done") return session;
  const complaint = session.complaint() || "the library does not say why";
  session.close();
  if (saysOutOfMemory(complaint))
    throw new AppError("OUT_OF_MEMORY", `The image model does not fit into memory: ${complaint}`);
  throw new AppError("MODEL_LOAD_FAILED", `The image model could not be loaded: ${complaint}`);
}

/**
 * Resolves when the session is not at work any more.
 * @param look called now and then meanwhile, and at the end
 */
export async function jobEnded(
  session: StableDiffusionSession,
  look: (progress: JobProgress) => void,
): Promise<JobProgress["state"]> {
  for (;;) {
    const progress = session.progress();
    look(progress);
    if (progress.state !== "working") return progress.state;
    await Bun.sleep(POLL_MS);
  }
}

/** Only for debugging: what matters of it is in the error that is reported in the end. */
export function drainLog(library: StableDiffusion, log: EngineLoadHooks["log"]): void {
  for (let line = library.nextLogLine(); line !== null; line = library.nextLogLine()) log("debug", line);
}
