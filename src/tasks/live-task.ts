import type { Task } from "./task.ts";

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
}
