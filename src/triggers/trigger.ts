import type { Operation } from "./operation.ts";

/** Something on a canvas that asks for an answer. */
export interface Trigger {
  readonly operation: Operation;
  /** What is asked, or for pictures what will be done. */
  readonly prompt: string;
  /** Two sights of a widget with equal content are one question. */
  readonly content: string;
}

/** SHA-256 (hex) of what a trigger asks: short enough for an index, and the same after a restart. */
export function contentHash(trigger: Trigger): string {
  return new Bun.CryptoHasher("sha256").update(trigger.content).digest("hex");
}
