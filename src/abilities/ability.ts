import type { CanvasState } from "../canvus/canvas-state.ts";
import type { Widget } from "../canvus/widget.ts";

/** The canvas that an ability works for; it only reads. */
export interface CanvasView {
  readonly canvasId: string;
  readonly state: Pick<CanvasState, "get" | "all" | "connectors" | "sharedCanvas">;
  /**
   * Gives the file of an image, PDF or video to `use`, as a temporary file that is removed afterwards.
   * @throws AppError CANVUS_TOO_LARGE, CANVUS_FILE_NOT_READY, other CANVUS_*
   */
  withFile<T>(widget: Widget, signal: AbortSignal, use: (path: string) => Promise<T>): Promise<T>;
}

/** What an ability is asked, and its only ways to let people see how it goes. */
export interface AbilityRequest {
  readonly prompt: string;
  readonly correlationId: string;
  readonly canvas: CanvasView;
  /** The note that asked, or the icon or snapshot that was put there, as it was when the work began. */
  readonly trigger: Widget;
  /** What it is about: the PDF or image it lies on, else the trigger itself. */
  readonly subject: Widget;
  readonly signal: AbortSignal;
  /**
   * A few words for people who wait.
   * @param fraction how much is done, 0 to 1, where that is known
   */
  progress(status: string, fraction?: number): void;
  /** The whole answer so far; may be called often, the canvas is written at a bearable rate. */
  show(text: string): void;
}

/** Of the model calls that made the answer, in ms. */
interface AnswerTimings {
  readonly queue_ms: number;
  readonly load_ms: number;
  readonly prompt_ms: number;
  /** From the start of the evaluation to the first token, of the last call. */
  readonly ttft_ms: number;
  readonly generation_ms: number;
}

/** Sizes in pixels. */
export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A finished answer and what it took. */
export interface AbilityResult {
  /** As it stands on the canvas; of a picture, what it shows. */
  readonly text: string;
  /** When it is there, it is the answer. */
  readonly picture?: Picture;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Absent when no model of ours made it. */
  readonly timings?: AnswerTimings;
}

/**
 * One thing the product can do. It knows nothing of queues, databases, routes or child processes; it throws an
 * AppError, and whoever called it retries or tells people.
 */
export type Ability = (request: AbilityRequest) => Promise<AbilityResult>;
