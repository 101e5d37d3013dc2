import { AppError } from "../../errors/app-error.ts";
import { assertFreeSpace } from "./disk.ts";
import type { DownloadSettings } from "./download-settings.ts";
import type { PartialFile } from "./partial-file.ts";
import { Patience } from "./patience.ts";
import type { Piece } from "./pieces.ts";
import { contentRange, type RemoteFile, validatorOf } from "./remote-file.ts";
import { type Answer, type ByteRange, openRange } from "./transfer.ts";
import { protocolError } from "./transfer-errors.ts";

/** How often the note of what is safe is renewed, in ms: so much at most is fetched again after a crash. */
const SAVE_EVERY_MS = 1000;

/** The server sends the whole file whatever part it is asked for. */
export class RangesIgnored extends Error {}

/** The file at the server is not the one any more whose parts are here. */
export class FileChanged extends Error {}

export interface PiecesJob {
  readonly remote: RemoteFile & { readonly bytes: number };
  readonly part: PartialFile;
  readonly settings: DownloadSettings;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
}

/**
 * Fetches every missing piece, several at once. Whatever happens, what has come is noted for the next run.
 * @throws RangesIgnored, FileChanged, AppError DOWNLOAD_*, MODELS_DIR_UNUSABLE, CANCELLED
 */
export async function fetchPieces(job: PiecesJob): Promise<void> {
  const fetching = new PiecesFetch(job);
  await fetching.run();
}

class PiecesFetch {
  readonly #job: PiecesJob;
  /** The first failure ends all workers. */
  readonly #end = new AbortController();
  #failure: unknown;
  /** Where bytes come from. Signed addresses expire: then the original one is asked again. */
  #source: string;
  #savedAt: number;
  #isSaving = false;

  constructor(job: PiecesJob) {
    this.#job = job;
    this.#source = job.remote.resolvedUrl;
    this.#savedAt = job.settings.timers.monotonicNow();
  }

  async run(): Promise<void> {
    const { signal, settings, part } = this.#job;
    const onStop = () => this.#end.abort();
    if (signal.aborted) onStop();
    signal.addEventListener("abort", onStop, { once: true });
    const workers = Array.from({ length: settings.connections }, () =>
      this.#work().catch((error) => {
        this.#failure ??= error;
        this.#end.abort();
      }),
    );
    await Promise.all(workers);
    signal.removeEventListener("abort", onStop);
    if (!(this.#failure instanceof FileChanged))
      await part.save().catch((error) => (this.#failure ??= error));
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #work(): Promise<void> {
    const { pieces } = this.#job.part;
    const patience = new Patience(this.#job.settings, this.#end.signal);
    for (let piece = pieces.take(); piece !== undefined; piece = pieces.take()) {
      while (piece.first + piece.done < piece.end) {
        try {
          await this.#fetchRest(piece, patience);
        } catch (thrown) {
          await patience.failed(thrown);
        }
      }
    }
  }

  async #fetchRest(piece: Piece, patience: Patience): Promise<void> {
    const { part, onProgress } = this.#job;
    const wanted = { first: piece.first + piece.done, last: piece.end - 1 };
    const answer = await this.#open(wanted, patience);
    this.#check(answer, wanted);
    for await (const chunk of answer.body) {
      // A server may send more than it was asked for.
      const missing = piece.end - piece.first - piece.done;
      const useful = chunk.length > missing ? chunk.subarray(0, missing) : chunk;
      await part.write(piece.first + piece.done, useful);
      part.pieces.add(piece, useful.length);
      patience.progressed();
      onProgress();
      await this.#saveNowAndThen();
      if (piece.first + piece.done === piece.end) break;
    }
    answer.close();
    if (piece.first + piece.done < piece.end)
      throw protocolError(answer.host, "stopped sending before the end");
  }

  async #open(wanted: ByteRange, patience: Patience): Promise<Answer> {
    const { remote, settings } = this.#job;
    const source = this.#source;
    try {
      const answer = await openRange(source, wanted, settings, this.#end.signal);
      this.#source = answer.url;
      return answer;
    } catch (thrown) {
      const mayHaveExpired = source !== remote.url && thrown instanceof AppError && !thrown.retryable;
      if (!mayHaveExpired) throw thrown;
      const anew = () => openRange(remote.url, wanted, settings, this.#end.signal);
      const answer = await patience.repeat(anew);
      this.#source = answer.url;
      return answer;
    }
  }

  #check(answer: Answer, wanted: ByteRange): void {
    const { remote } = this.#job;
    const fail = (error: Error): never => {
      answer.close();
      throw error;
    };
    const validator = validatorOf(answer.headers);
    if (validator !== remote.validator) fail(new FileChanged());
    if (answer.status !== 206) fail(new RangesIgnored());
    const range = contentRange(answer.headers);
    if (range?.total != null && range.total !== remote.bytes) fail(new FileChanged());
    if (range === null || range.first !== wanted.first || range.last > wanted.last)
      fail(protocolError(answer.host, "sends another part of the file than it was asked for"));
  }

  async #saveNowAndThen(): Promise<void> {
    const { part, settings } = this.#job;
    const now = settings.timers.monotonicNow();
    if (this.#isSaving || now - this.#savedAt < SAVE_EVERY_MS) return;
    this.#savedAt = now;
    this.#isSaving = true;
    try {
      await part.save();
      // Others fill the disk too; better to stop here than to take their last byte.
      await assertFreeSpace(part.folder, 0, settings.marginBytes / 2);
    } finally {
      this.#isSaving = false;
    }
  }
}
