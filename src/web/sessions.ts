import { createHash, randomBytes } from "node:crypto";
import type { StoredSession } from "../storage/session-store.ts";

/** Bytes of a token: nobody guesses 256 bits. */
const TOKEN_BYTES = 32;
/** 32 bytes in base64url. */
const TOKEN_FORM = /^[\w-]{43}$/;

/** More people than look at one dashboard; beyond, the session that was quiet longest ends. */
const MAX_SESSIONS = 1000;

export interface Session {
  readonly id: string;
  /** What forms of this session must send along; useless without its cookie. */
  readonly csrfToken: string;
  /** When it ends by itself, in ms since the epoch. */
  readonly expiresAt: number;
  /** Aborted when it ends, by logout, time or a changed password: live streams end with it. */
  readonly ended: AbortSignal;
}

interface Entry {
  readonly createdAt: number;
  readonly end: AbortController;
}

export interface SessionsOptions {
  /** From the login on, in ms. Using the dashboard does not prolong it. */
  readonly timeoutMs: number;
  /** Ms since the epoch: sessions outlive the process. */
  readonly now: () => number;
  readonly maxSessions?: number;
}

/**
 * The open sessions. In memory, because every request asks; whoever changes them writes that to the repository too.
 * Tokens are kept as hashes only, and so are looked up without comparing secrets.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #maxSessions: number;
  /** By id; the one used last is last. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#maxSessions = options.maxSessions ?? MAX_SESSIONS;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes over sessions of an earlier run. @returns the ids of those that have ended meanwhile. */
  restore(stored: readonly StoredSession[]): string[] {
    for (const { id, created_at } of stored) {
      const createdAt = Date.parse(created_at);
      // A login in the future means that the clock was set back: then nobody can tell how old it is.
      if (Number.isNaN(createdAt) || createdAt > this.#options.now()) continue;
      this.#entries.set(id, { createdAt, end: new AbortController() });
    }
    this.endExpired();
    this.#endSurplus();
    return stored.map(({ id }) => id).filter((id) => !this.#entries.has(id));
  }

  /** @returns a new session, its token (which is kept nowhere), and the ids of sessions that made room for it. */
  open(): { readonly token: string; readonly stored: StoredSession; readonly ended: readonly string[] } {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const createdAt = this.#options.now();
    const id = idOf(token);
    this.#entries.set(id, { createdAt, end: new AbortController() });
    const stored = { id, created_at: new Date(createdAt).toISOString() };
    return { token, stored, ended: this.#endSurplus() };
  }

  find(token: string | undefined): Session | undefined {
    if (token === undefined || !TOKEN_FORM.test(token)) return undefined;
    const id = idOf(token);
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const expiresAt = entry.createdAt + this.#options.timeoutMs;
    if (this.#options.now() >= expiresAt) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return { id, csrfToken: csrfTokenOf(token), expiresAt, ended: entry.end.signal };
  }

  end(id: string): void {
    this.#entries.get(id)?.end.abort();
    this.#entries.delete(id);
  }

  endAll(): void {
    for (const id of [...this.#entries.keys()]) this.end(id);
  }

  /** To be called now and then: nobody asks for a session that has expired. @returns the ids of those that ended. */
  endExpired(): string[] {
    const now = this.#options.now();
    const expired = [...this.#entries]
      .filter(([, { createdAt }]) => now >= createdAt + this.#options.timeoutMs)
      .map(([id]) => id);
    for (const id of expired) this.end(id);
    return expired;
  }

  #endSurplus(): string[] {
    const surplus = Math.max(0, this.#entries.size - this.#maxSessions);
    const ids = [...this.#entries.keys()].slice(0, surplus);
    for (const id of ids) this.end(id);
    return ids;
  }
}

function idOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Derived from the token, so it needs no place of its own and is the same after a restart. */
function csrfTokenOf(token: string): string {
  return createHash("sha256").update(`csrf ${token}`).digest("base64url");
}
