import type { JsonObject } from "./json.ts";

export type ChangeListener = (item: JsonObject) => void;

/** Tells subscribers about each changed item: its full new state, or its last one with `state: "deleted"`. */
export class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>();

  publish(item: JsonObject): void {
    for (const listener of this.#listeners) listener(item);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
