import type { Task } from "./task.ts";

/** What an ability says about how far it is. */
export interface Progress {
  /** For people. */
  readonly status: string;
  /** 0 to 1; null where that is not known. */
  readonly fraction: number | null;
}

/** A prompt that waits or is worked on, as the dashboard shows it; a snapshot. */
export interface LiveTask
  extends Readonly<
    Pick<
      Task,
      "correlationId" | "canvasId" | "operation" | "prompt" | "createdAt" | "stage" | "attempts" | "recovered"
    >
  > {
  /** False while it waits for its turn, for its canvas or for its next attempt. */
  readonly isRunning: boolean;
  /** Null before it says anything. */
  readonly progress: Progress | null;
}
