/**
 * How many requests of one address are being answered: whoever sends them slowly must not take all places. Behind a
 * reverse proxy everybody has its address, so it is half of all.
 */
export class PeerLimit {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns undefined when it has too many already, else what to call when the request is answered */
  enter(peer: string): (() => void) | undefined {
    const count = this.#counts.get(peer) ?? 0;
    if (count >= this.#most) return undefined;
    this.#counts.set(peer, count + 1);
    return () => this.#leave(peer);
  }

  #leave(peer: string): void {
    const left = (this.#counts.get(peer) ?? 0) - 1;
    if (left > 0) this.#counts.set(peer, left);
    else this.#counts.delete(peer);
  }
}
