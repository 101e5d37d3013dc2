import type { Database } from "bun:sqlite";
import { eq, inArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { webPassword, webSessions } from "./schema.ts";

export interface StoredSession {
  /** SHA-256 of the token, hex. Whoever reads the database cannot use it as a token. */
  readonly id: string;
  /** Of the login; ISO 8601, UTC. */
  readonly created_at: string;
  /** Null: not since the login. */
  readonly last_used_at: string | null;
}

export type UsedSession = Pick<StoredSession, "id"> & { readonly last_used_at: string };

interface StoredAccess {
  /** argon2id hash of the password that the sessions were opened with; null before the first. */
  readonly verifier: string | null;
  readonly sessions: readonly StoredSession[];
}

/** Who is logged in to the dashboard, synchronous: runs in the storage worker. */
export interface SessionStore {
  loadAccess(): StoredAccess;
  /** Ends every session: they belong to the password that was. */
  replaceVerifier(verifier: string | null): void;
  addSession(session: StoredSession): void;
  /** Their time of use; sessions that are gone stay so. */
  renewSessions(used: readonly UsedSession[]): void;
  removeSessions(ids: readonly string[]): void;
}

const ONLY_ROW = 1;

export function createSessionStore(database: Database): SessionStore {
  const orm = drizzle(database);
  return {
    loadAccess() {
      const verifier = orm.select().from(webPassword).get()?.verifier ?? null;
      return { verifier, sessions: orm.select().from(webSessions).all() };
    },

    replaceVerifier(verifier) {
      orm.transaction((transaction) => {
        transaction.delete(webSessions).run();
        transaction.delete(webPassword).run();
        if (verifier !== null) transaction.insert(webPassword).values({ id: ONLY_ROW, verifier }).run();
      });
    },

    addSession(session) {
      orm.insert(webSessions).values(session).onConflictDoNothing().run();
    },

    renewSessions(used) {
      orm.transaction((transaction) => {
        for (const { id, last_used_at } of used) {
          transaction.update(webSessions).set({ last_used_at }).where(eq(webSessions.id, id)).run();
        }
      });
    },

    removeSessions(ids) {
      orm
        .delete(webSessions)
        .where(inArray(webSessions.id, [...ids]))
        .run();
    },
  };
}
