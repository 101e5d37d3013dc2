import type { Logger } from "../observability/logger.ts";
import { rateLimitKey } from "./client-address.ts";
import { type LoginLimits, LoginRateLimit } from "./login-rate-limit.ts";
import { hashPassword, PasswordCheck } from "./password.ts";
import type { RefusalLog } from "./refusal-log.ts";
import type { SessionRepository } from "./session-repository.ts";
import { type Session, type SessionLimits, Sessions } from "./sessions.ts";

export interface AuthenticationOptions {
  readonly sessionLimits: SessionLimits;
  readonly repository: SessionRepository;
  /** Time of day, and a clock that never goes back; both in ms. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  readonly limits?: LoginLimits;
}

export type LoginResult =
  | { readonly kind: "welcome"; readonly token: string }
  | { readonly kind: "wrong" }
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "busy" };

/**
 * Who may see the dashboard. Without a password nobody may.
 *
 * The repository follows what happens in memory: when it fails, sessions work on and only a restart forgets them.
 */
export class Authentication {
  readonly #options: AuthenticationOptions;
  readonly #sessions: Sessions;
  readonly #rateLimit: LoginRateLimit;
  #password: PasswordCheck | undefined;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
    this.#sessions = new Sessions({ ...options.sessionLimits, now: options.now });
    this.#rateLimit = new LoginRateLimit(options.monotonicNow, options.limits);
  }

  /**
   * Takes the password over as a hash, and the sessions of the last run if it was the same then.
   * @param password undefined closes the dashboard.
   */
  async start(password: string | undefined): Promise<void> {
    const { repository, logger } = this.#options;
    const stored = await repository.loadAccess().catch((error) => {
      logger.warn("sessions of the dashboard could not be read; everybody has to log in again", {
        error,
        source: "web/authentication.ts:start",
      });
      return { verifier: null, sessions: [] };
    });
    const unchanged =
      password !== undefined && stored.verifier !== null && (await isSame(password, stored.verifier));
    if (unchanged && stored.verifier !== null) {
      this.#password = new PasswordCheck(stored.verifier);
      this.#keep(repository.removeSessions(this.#sessions.restore(stored.sessions)));
      return;
    }
    const verifier = password === undefined ? null : await hashPassword(password);
    this.#password = verifier === null ? undefined : new PasswordCheck(verifier);
    if (stored.sessions.length > 0) {
      logger.info("WEBUI_PWD has changed: all sessions of the dashboard have ended", {
        sessions: stored.sessions.length,
        source: "web/authentication.ts:start",
      });
    }
    if (verifier !== stored.verifier) this.#keep(repository.replaceVerifier(verifier));
  }

  /** False when no password is set: then there is no dashboard. */
  get isOpen(): boolean {
    return this.#password !== undefined;
  }

  /** @param token from the browser's cookie. */
  session(token: string | undefined): Session | undefined {
    return this.#sessions.find(token);
  }

  /** @param oldToken of the session the browser had; a login always begins a new one. */
  async login(password: string, address: string, oldToken: string | undefined): Promise<LoginResult> {
    const { repository, logger, refusals } = this.#options;
    const key = rateLimitKey(address);
    const admission = this.#rateLimit.attempt(key);
    if (!admission.allowed) {
      refusals.tooManyAttempts(address);
      return { kind: "limited", retryAfterMs: admission.retryAfterMs };
    }
    const verdict = (await this.#password?.check(password)) ?? "wrong";
    if (verdict === "busy") {
      refusals.tooManyAtOnce();
      return { kind: verdict };
    }
    if (verdict === "wrong") {
      logger.warn("login failed: wrong password", {
        client_address: address,
        source: "web/authentication.ts:login",
      });
      return { kind: verdict };
    }
    this.#rateLimit.succeed(key);
    const old = this.#sessions.find(oldToken);
    if (old) this.logout(old);
    const { token, stored, ended } = this.#sessions.open();
    this.#keep(repository.addSession(stored));
    if (ended.length > 0) this.#keep(repository.removeSessions(ended));
    logger.info("login", { client_address: address, source: "web/authentication.ts:login" });
    return { kind: "welcome", token };
  }

  logout(session: Session): void {
    this.#sessions.end(session.id);
    this.#keep(this.#options.repository.removeSessions([session.id]));
  }

  /** For somebody who fears that a session is in wrong hands. */
  logoutAll(address: string): void {
    const ids = this.#sessions.endAll();
    this.#keep(this.#options.repository.removeSessions(ids));
    this.#options.logger.info("all sessions of the dashboard were ended", {
      client_address: address,
      sessions: ids.length,
      source: "web/authentication.ts:logoutAll",
    });
  }

  /** To be called now and then: what has expired ends although nobody asks for it, and uses are written down. */
  tidy(): void {
    const { repository } = this.#options;
    const expired = this.#sessions.endExpired();
    if (expired.length > 0) this.#keep(repository.removeSessions(expired));
    const uses = this.#sessions.takeUses();
    if (uses.length > 0) this.#keep(repository.renewSessions(uses));
  }

  status(): { readonly sessions: number; readonly loginsRefused: number; readonly flood: boolean } {
    const { refused, flood } = this.#rateLimit.status();
    return { sessions: this.#sessions.size, loginsRefused: refused, flood };
  }

  #keep(written: Promise<void>): void {
    written.catch((error) =>
      this.#options.logger.warn("a session could not be saved; a restart of the service forgets it", {
        error,
        source: "web/authentication.ts:keep",
      }),
    );
  }
}

/** A hash that cannot be read is that of another password. */
function isSame(password: string, verifier: string): Promise<boolean> {
  return Bun.password.verify(password, verifier).catch(() => false);
}
