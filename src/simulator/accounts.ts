import { badRequest, HttpFailure, notFound, permissionDenied } from "./http-failure.ts";
import type { JsonObject } from "./json.ts";

export interface Caller {
  readonly userId: number;
  /** What the token permits at most, whatever the canvas says. */
  readonly rights: "edit" | "view";
  /** Undefined for a caller without a token, who may only see link-shared canvases. */
  readonly token?: string;
}

interface TokenRecord {
  readonly userId: number;
  readonly rights: "edit" | "view";
  /** Only access tokens have an id and a description, only login tokens expire. */
  readonly accessId?: string;
  readonly description?: string;
  readonly createdAt: string;
  readonly expiresAt?: number;
}

export interface UserOptions {
  readonly email: string;
  readonly password: string;
}

export const GUEST: Caller = { userId: 100, rights: "edit" };
/** The user that the simulator's token belongs to; ordinary Canvus users start at 1001. */
export const OWNER_ID = 1034;
const ADMIN_ID = 1000;
const LOGIN_LIFE_MS = 24 * 60 * 60 * 1000;
/** Beyond this many the oldest login token is forgotten, and no access token is made. */
const MAX_TOKENS = 1000;

/** Users and their tokens. */
export class Accounts {
  readonly #tokens = new Map<string, TokenRecord>();
  readonly #user: UserOptions | undefined;
  readonly #onRevoked: (token: string) => void;
  readonly #startedAt = new Date().toISOString();

  /** @param onRevoked is told about each token that stops being valid */
  constructor(
    tokens: { readonly edit: readonly string[]; readonly view: readonly string[] },
    user: UserOptions | undefined,
    onRevoked: (token: string) => void,
  ) {
    this.#user = user;
    this.#onRevoked = onRevoked;
    for (const token of tokens.edit) this.#addAccessToken(token, "edit", "canvas service");
    for (const token of tokens.view) this.#addAccessToken(token, "view", "view only");
  }

  /** Undefined for a missing, unknown or expired token. */
  resolve(token: string | null): Caller | undefined {
    if (token === null) return undefined;
    const record = this.#tokens.get(token);
    if (record === undefined) return undefined;
    if (record.expiresAt !== undefined && record.expiresAt < Date.now()) {
      this.#drop(token);
      return undefined;
    }
    return { userId: record.userId, rights: record.rights, token };
  }

  get users(): readonly JsonObject[] {
    return [this.#userObject(ADMIN_ID), this.#userObject(OWNER_ID)];
  }

  /** @throws HttpFailure 400 when `text` is no integer, 404 */
  user(text: string): JsonObject {
    if (!/^\d+$/.test(text)) throw badRequest(`User ID ${text} is not an integer`);
    const user = this.users.find((candidate) => candidate.id === Number(text));
    if (user === undefined) throw notFound("User");
    return user;
  }

  /** @throws HttpFailure 400 for another body than email and password or token, 401 for wrong ones */
  login(body: JsonObject): JsonObject {
    const { email, password, token } = body;
    if (typeof token === "string" && email === undefined && password === undefined)
      return this.#extend(token);
    if (typeof email !== "string" || typeof password !== "string" || token !== undefined) {
      throw badRequest("Login request must have either email and password or token");
    }
    const user = this.#user;
    if (
      user === undefined ||
      email.toLowerCase() !== user.email.toLowerCase() ||
      password !== user.password
    ) {
      throw new HttpFailure(401, "Invalid username or password.");
    }
    const fresh = newSecret();
    this.#makeRoom();
    this.#tokens.set(fresh, {
      userId: OWNER_ID,
      rights: "edit",
      createdAt: new Date().toISOString(),
      expiresAt: Date.now() + LOGIN_LIFE_MS,
    });
    return { token: fresh, user: this.#userObject(OWNER_ID) };
  }

  logout(token: string): void {
    this.#drop(token);
  }

  accessTokens(userId: number): readonly JsonObject[] {
    return [...this.#tokens.values()]
      .filter((r) => r.accessId !== undefined && r.userId === userId)
      .map(accessObject);
  }

  createAccessToken(caller: Caller, userId: number, description: unknown): JsonObject {
    if (caller.userId !== userId || caller.rights !== "edit") throw permissionDenied();
    if (typeof description !== "string") throw badRequest("description is missing");
    if (this.#tokens.size >= MAX_TOKENS) throw badRequest("Too many tokens");
    const secret = newSecret();
    return { ...accessObject(this.#addAccessToken(secret, "edit", description)), plain_token: secret };
  }

  /** @throws HttpFailure 404 */
  accessToken(userId: number, accessId: string): JsonObject {
    return accessObject(this.#byAccessId(userId, accessId)[1]);
  }

  /** @throws HttpFailure 400, 404 */
  describeAccessToken(userId: number, accessId: string, description: unknown): JsonObject {
    if (typeof description !== "string") throw badRequest("description is missing");
    const [token, record] = this.#byAccessId(userId, accessId);
    const changed = { ...record, description };
    this.#tokens.set(token, changed);
    return accessObject(changed);
  }

  /** @throws HttpFailure 404 */
  revokeAccessToken(userId: number, accessId: string): void {
    this.#drop(this.#byAccessId(userId, accessId)[0]);
  }

  #extend(token: string): JsonObject {
    const caller = this.resolve(token);
    const record = this.#tokens.get(token);
    if (caller === undefined || record === undefined) throw new HttpFailure(401, "Invalid token");
    if (record.expiresAt !== undefined) {
      this.#tokens.set(token, { ...record, expiresAt: Date.now() + LOGIN_LIFE_MS });
    }
    return { token, user: this.#userObject(caller.userId) };
  }

  #byAccessId(userId: number, accessId: string): [string, TokenRecord] {
    const entry = [...this.#tokens].find(([, r]) => r.userId === userId && r.accessId === accessId);
    if (entry === undefined) throw notFound("Access token");
    return entry;
  }

  #addAccessToken(token: string, rights: "edit" | "view", description: string): TokenRecord {
    const accessId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
    const record = { userId: OWNER_ID, rights, accessId, description, createdAt: new Date().toISOString() };
    this.#tokens.set(token, record);
    return record;
  }

  #makeRoom(): void {
    if (this.#tokens.size < MAX_TOKENS) return;
    const oldest = [...this.#tokens].find(([, record]) => record.expiresAt !== undefined);
    if (oldest !== undefined) this.#drop(oldest[0]);
  }

  #drop(token: string): void {
    if (this.#tokens.delete(token)) this.#onRevoked(token);
  }

  #userObject(id: number): JsonObject {
    const owner = id === OWNER_ID;
    return {
      admin: !owner,
      approved: true,
      blocked: false,
      created_at: this.#startedAt,
      email: owner ? (this.#user?.email ?? "canvas-bot@example.org") : "admin@example.org",
      id,
      last_login: "",
      name: owner ? "Canvas Bot" : "Administrator",
      state: "normal",
    };
  }
}

function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
}

function accessObject(record: TokenRecord): JsonObject {
  return { created_at: record.createdAt, description: record.description ?? "", id: record.accessId ?? "" };
}
