import { createHash, randomBytes } from "node:crypto";
import type { StoredSession, UsedSession } from "../storage/session-store.ts";

/** Bytes of a token: nobody guesses 256 bits. */
const TOKEN_BYTES = 32;
/** 32 bytes in base64url. */
const TOKEN_FORM = /^[\w-]{43}$/;

/** More people than look at one dashboard; beyond, the session that was quiet longest ends. */
const MAX_SESSIONS = 1000;

/** A use is written down when the one on the disk is older than this: not with every request. */
const RENEWAL_MS = 60_000;

export interface Session {
  readonly id: string;
  /** What forms of this session must send along; useless without its cookie. */
  readonly csrfToken: string;
  /** When it ends by itself if it is not used again, in ms since the epoch. */
  readonly expiresAt: number;
  /** Aborted when it ends, by logout, time or a changed password: live streams end with it. */
  readonly ended: AbortSignal;
  /** Counts as a use. */
  renew(): void;
}

interface Entry {
  readonly createdAt: number;
  readonly end: AbortController;
  usedAt: number;
  /** The use that the repository knows of. */
  storedUseAt: number;
}

export interface SessionLimits {
  /** From the login on, in ms, however much the session is used. */
  readonly timeoutMs: number;
  /** Since the last use, in ms. */
  readonly idleMs: number;
}

export interface SessionsOptions extends SessionLimits {
  /** Ms since the epoch: sessions outlive the process. */
  readonly now: () => number;
  readonly maxSessions?: number;
}

/**
 * The open sessions. In memory, because every request asks; whoever changes them writes that to the repository too.
 * Tokens are kept as hashes only, and so are looked up without comparing secrets.
 *
 * A session ends when it is `timeoutMs` old, and before that when nobody has used it for `idleMs`.
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
    const now = this.#options.now();
    for (const { id, created_at, last_used_at } of stored) {
      const createdAt = Date.parse(created_at);
      // A login in the future means that the clock was set back: then nobody can tell how old it is.
      if (Number.isNaN(createdAt) || createdAt > now) continue;
      const usedAt = Math.min(now, Date.parse(last_used_at ?? created_at));
      this.#entries.set(id, { createdAt, usedAt, storedUseAt: usedAt, end: new AbortController() });
    }
    this.endExpired();
    this.#endSurplus();
    return stored.map(({ id }) => id).filter((id) => !this.#entries.has(id));
  }

  /** @returns a new session, its token (which is kept nowhere), and the ids of sessions that made room for it. */
  open(): { readonly token: string; readonly stored: StoredSession; readonly ended: readonly string[] } {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const now = this.#options.now();
    const id = idOf(token);
    this.#entries.set(id, { createdAt: now, usedAt: now, storedUseAt: now, end: new AbortController() });
    const stored = { id, created_at: new Date(now).toISOString(), last_used_at: null };
    return { token, stored, ended: this.#endSurplus() };
  }

  /** The session of a token; asking for it is using it. */
  find(token: string | undefined): Session | undefined {
    if (token === undefined || !TOKEN_FORM.test(token)) return undefined;
    const id = idOf(token);
    const entry = this.#entries.get(id);
    if (entry === undefined || this.#options.now() >= this.#endOf(entry)) return undefined;
    const renew = () => {
      entry.usedAt = this.#options.now();
    };
    renew();
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    const expiresAt = this.#endOf(entry);
    return { id, csrfToken: csrfTokenOf(token), expiresAt, ended: entry.end.signal, renew };
  }

  end(id: string): void {
    this.#entries.get(id)?.end.abort();
    this.#entries.delete(id);
  }

  /** @returns the ids of those that ended */
  endAll(): string[] {
    const ids = [...this.#entries.keys()];
    for (const id of ids) this.end(id);
    return ids;
  }

  /** To be called now and then: nobody asks for a session that has expired. @returns the ids of those that ended. */
  endExpired(): string[] {
    const now = this.#options.now();
    const expired = [...this.#entries].filter(([, entry]) => now >= this.#endOf(entry)).map(([id]) => id);
    for (const id of expired) this.end(id);
    return expired;
  }

  /** Uses that the repository should know of, so that a restart does not take them for idle; each is told once. */
  takeUses(): UsedSession[] {
    const uses: UsedSession[] = [];
    for (const [id, entry] of this.#entries) {
      if (entry.usedAt - entry.storedUseAt < RENEWAL_MS) continue;
      entry.storedUseAt = entry.usedAt;
      uses.push({ id, last_used_at: new Date(entry.usedAt).toISOString() });
    }
    return uses;
  }

  #endOf({ createdAt, usedAt }: Entry): number {
    return Math.min(createdAt + this.#options.timeoutMs, usedAt + this.#options.idleMs);
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
