import { AppError } from "../errors/app-error.ts";
import type { Http } from "./http.ts";

export type Credentials = { readonly token: string } | { readonly email: string; readonly password: string };

/**
 * Hands out the token of the next request. With an access token that is all; with email and password it logs in when
 * a token is first needed and again when the server stops accepting it (login tokens live about 24 hours).
 */
export class TokenSource {
  readonly #credentials: Credentials;
  readonly #login: (email: string, password: string) => Promise<string>;
  #token: string | undefined;
  #pending: Promise<string> | undefined;

  constructor(credentials: Credentials, login: (email: string, password: string) => Promise<string>) {
    this.#credentials = credentials;
    this.#login = login;
    if ("token" in credentials) this.#token = checkedToken(credentials.token);
  }

  /** Everything that must never appear in a message. */
  secrets(): readonly string[] {
    const password = "password" in this.#credentials ? this.#credentials.password : "";
    // Replacing a one-letter "secret" would shred every message without protecting anything.
    return [this.#token ?? "", password].filter((secret) => secret.length >= 4);
  }

  /** @throws AppError CANVUS_UNAUTHORIZED when email or password are wrong, or what the login request met. */
  async current(): Promise<string> {
    return this.#token ?? (await this.#logIn());
  }

  /**
   * A new token after the server refused `rejected`; undefined when there is none to be had. Requests that were
   * refused together share one login.
   */
  async renewed(rejected: string): Promise<string | undefined> {
    if ("token" in this.#credentials) return undefined;
    if (this.#token === rejected) this.#token = undefined;
    return this.current();
  }

  #logIn(): Promise<string> {
    const credentials = this.#credentials;
    if ("token" in credentials) return Promise.resolve(credentials.token);
    this.#pending ??= this.#login(credentials.email, credentials.password)
      .then((token) => {
        this.#token = checkedToken(token);
        return this.#token;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }
}

/** POST /users/login. Safe to repeat: it only makes one more token. */
export async function logIn(http: Http, email: string, password: string): Promise<string> {
  try {
    const reply = await http.json({ method: "POST", endpoint: "/users/login", json: { email, password } });
    if (typeof reply === "object" && reply !== null && "token" in reply && typeof reply.token === "string") {
      return reply.token;
    }
  } catch (error) {
    throw refusedLogin(error);
  }
  throw new AppError("CANVUS_PROTOCOL", "The Canvus server accepted the login but sent no token.");
}

/** The status of wrong credentials is not certain: 401 is what clients handle, 400 and 403 are possible. */
function refusedLogin(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const refused = ["CANVUS_UNAUTHORIZED", "CANVUS_BAD_REQUEST", "CANVUS_FORBIDDEN"].includes(error.code);
  if (!refused) return error;
  return new AppError("CANVUS_UNAUTHORIZED", `The Canvus server refused the login. ${error.message}`, {
    context: error.context,
  });
}

/** A line break or other control character would end the header, and fetch would quote the value in its error. */
function checkedToken(token: string): string {
  const trimmed = token.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new AppError(
      "CANVUS_UNAUTHORIZED",
      "The Canvus access token is empty or holds unusable characters.",
    );
  }
  return trimmed;
}
