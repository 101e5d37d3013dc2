/** A stretch of the file that one request fetches, from its first byte that is missing. */
export interface Piece {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Bytes from its beginning that are written. */
  done: number;
}

const SMALLEST = 256 * 1024;
/** Long enough that the requests cost nothing, short enough that the slowest connection is not waited for at the end. */
const LARGEST = 64 * 1024 * 1024;
const USUAL_COUNT = 16;

/** How a file is cut into pieces. */
export function pieceSize(bytes: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(bytes / USUAL_COUNT)));
}

/** What of a file is there and what is missing. Pure. */
export class Pieces {
  readonly pieceBytes: number;
  readonly #pieces: readonly Piece[];
  readonly #waiting: Piece[];
  #received: number;

  /** @param done of each piece, from an earlier run */
  constructor(bytes: number, pieceBytes: number, done: readonly number[] = []) {
    this.pieceBytes = pieceBytes;
    this.#pieces = Array.from({ length: Math.ceil(bytes / pieceBytes) }, (_, index) => {
      const first = index * pieceBytes;
      const end = Math.min(bytes, first + pieceBytes);
      return { first, end, done: Math.min(end - first, done[index] ?? 0) };
    });
    this.#waiting = this.#pieces.filter((piece) => piece.first + piece.done < piece.end);
    this.#received = this.#pieces.reduce((sum, piece) => sum + piece.done, 0);
  }

  /** The next piece that misses something and that nobody fetches yet. */
  take(): Piece | undefined {
    return this.#waiting.shift();
  }

  /** So many more bytes of the piece are written. */
  add(piece: Piece, bytes: number): void {
    piece.done += bytes;
    this.#received += bytes;
  }

  get received(): number {
    return this.#received;
  }

  /** For the next run. */
  done(): number[] {
    return this.#pieces.map(({ done }) => done);
  }
}
