import type { Logger } from "../observability/logger.ts";
import { SparseLog } from "../observability/sparse-log.ts";
import { rateLimitKey } from "./client-address.ts";

/** What is said instead of an address when an entry is about many. */
const SEVERAL = "several";

interface RefusedRequest {
  readonly method: string;
  /** Without the base path and the query. */
  readonly path: string;
  readonly address: string;
}

/** What the log says of those who were not let in: enough to see an attack, too little to fill the disk with. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #entries: SparseLog;

  /** @param now in ms; must never go back */
  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#entries = new SparseLog(now);
  }

  tooManyAttempts(address: string): void {
    this.#entries.add(`attempts ${rateLimitKey(address)}`, (times, isAlone) =>
      this.#logger.warn("login refused: too many attempts", {
        source: "web/refusal-log.ts:tooManyAttempts",
        client_address: isAlone ? address : SEVERAL,
        times,
      }),
    );
  }

  tooManyAtOnce(): void {
    this.#entries.add("at once", (times) =>
      this.#logger.warn("login refused: too many at once", {
        source: "web/refusal-log.ts:tooManyAtOnce",
        times,
      }),
    );
  }

  /** A browser was made to send what another page wanted, or somebody tries it by hand. */
  forged({ method, path, address }: RefusedRequest): void {
    this.#entries.add(`forged ${rateLimitKey(address)}`, (times, isAlone) =>
      this.#logger.warn("request refused: not from a page of the dashboard", {
        source: "web/refusal-log.ts:forged",
        ...(isAlone ? { client_address: address, method, url: path } : { client_address: SEVERAL }),
        times,
      }),
    );
  }

  /** Of programs. People without a session are shown the way to the login, which is everyday. */
  noSession({ method, path, address }: RefusedRequest): void {
    this.#entries.add(`no session ${rateLimitKey(address)}`, (times, isAlone) =>
      this.#logger.info("request refused: no session", {
        source: "web/refusal-log.ts:noSession",
        ...(isAlone ? { client_address: address, method, url: path } : { client_address: SEVERAL }),
        times,
      }),
    );
  }

  /** Writes what was held back. To be called now and then. */
  flush(): void {
    this.#entries.flush();
  }
}
