import type { ModelMemoryKey, ModelMemoryStore } from "../model-memory.ts";

/** Remembers measurements as long as it lives. */
export class MapMemory implements ModelMemoryStore {
  readonly entries = new Map<string, number>();

  async recall(key: ModelMemoryKey): Promise<number | null> {
    return this.entries.get(JSON.stringify(key)) ?? null;
  }

  async remember(key: ModelMemoryKey, bytes: number): Promise<void> {
    this.entries.set(JSON.stringify(key), bytes);
  }
}
