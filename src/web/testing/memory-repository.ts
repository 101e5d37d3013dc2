import { Database } from "bun:sqlite";
import { migrate } from "../../storage/migrate.ts";
import { createSessionStore } from "../../storage/session-store.ts";
import type { SessionRepository } from "../session-repository.ts";

/** The real store on a database in memory: outlives an Authentication as the file does. */
export function memoryRepository(): SessionRepository {
  const database = new Database(":memory:", { strict: true });
  migrate(database);
  const store = createSessionStore(database);
  return {
    loadAccess: async () => store.loadAccess(),
    replaceVerifier: async (verifier) => store.replaceVerifier(verifier),
    addSession: async (session) => store.addSession(session),
    renewSessions: async (used) => store.renewSessions(used),
    removeSessions: async (ids) => store.removeSessions(ids),
  };
}
