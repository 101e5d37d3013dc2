import type { Operation } from "../triggers/operation.ts";

/** One prompt on its way to an answer. What is written here is also in the journal, so that a restart knows it. */
export interface Task {
  readonly correlationId: string;
  readonly canvasId: string;
  readonly widgetId: string;
  readonly operation: Operation;
  readonly prompt: string;
  /** SHA-256 (hex) of the trigger's content: tells whether the note still asks the same. */
  readonly contentHash: string;
  /** When it was first seen, ms since the epoch. */
  readonly createdAt: number;
  /** The same on the clock that only goes forward, of this run of the service: before its start for recovered tasks. */
  readonly seenAt: number;
  /** How far the canvas has been written: nothing yet, question taken, answer complete. */
  stage: "queued" | "claimed" | "answered";
  /** The note or picture that is the answer, once it exists. */
  answerId: string | null;
  /** True when an earlier run of the service began it: what is on the canvas must be looked up, not assumed. */
  readonly recovered: boolean;
  /** How often an answer was begun, earlier runs of the service included. */
  attempts: number;
}
