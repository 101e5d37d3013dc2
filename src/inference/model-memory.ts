/** What a measurement belongs to: another file, other settings or another engine may take more or less. */
export interface ModelMemoryKey {
  /** The file, its size and its time of change. */
  readonly model: string;
  /** Tokens of each sequence. */
  readonly contextSize: number;
  readonly sequences: number;
  /** What computes, how much memory there is, and what was reduced to fit into it. */
  readonly device: string;
  /** Version of the program, and with it of the engine. */
  readonly build: string;
}

/** Remembers over restarts what models really took, so that their next load is planned with facts. */
export interface ModelMemoryStore {
  /** @returns bytes, or null when it was never loaded like this */
  recall(key: ModelMemoryKey): Promise<number | null>;
  remember(key: ModelMemoryKey, bytes: number): Promise<void>;
}
