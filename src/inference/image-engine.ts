/** Sizes in pixels. */
export interface ImageRequest {
  readonly prompt: string;
  /** What must not be in the picture; may be empty. */
  readonly negativePrompt: string;
  readonly width: number;
  readonly height: number;
  /** Denoising steps. */
  readonly steps: number;
  /** How closely the picture follows the prompt (classifier-free guidance). */
  readonly guidance: number;
  /** The same seed draws the same picture. */
  readonly seed: number;
}

export interface DrawOptions {
  readonly correlationId: string;
  readonly signal: AbortSignal;
  /** Called after each step that is done. */
  readonly onStep?: (step: number, steps: number) => void;
}

export interface ImageResult {
  readonly png: Uint8Array;
  /** Of the picture as it came out, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly model: string;
  /** Times in ms; 0 where nothing was done. */
  readonly metrics: { readonly queue_ms: number; readonly load_ms: number; readonly generation_ms: number };
}

/** Something that draws pictures: a runner on this machine or a remote server. */
export interface ImageEngine {
  /**
   * @throws AppError CANCELLED when the signal aborts, RUNNER_CRASHED/RUNNER_STUCK (retryable), RUNNER_QUARANTINED,
   * MODEL_*, OUT_OF_MEMORY; from servers REMOTE_*; IMAGE_ENGINE_MISSING when none is set up.
   */
  draw(request: ImageRequest, options: DrawOptions): Promise<ImageResult>;
}
