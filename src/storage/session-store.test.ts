import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { migrate } from "./migrate.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";

const first = { id: "a".repeat(64), created_at: "2026-01-01T00:00:00.000Z", last_used_at: null };
const second = { id: "b".repeat(64), created_at: "2026-01-02T00:00:00.000Z", last_used_at: null };
let database: Database;
let store: SessionStore;

beforeEach(() => {
  database = new Database(":memory:", { strict: true });
  migrate(database);
  store = createSessionStore(database);
});

afterEach(() => database.close());

test("a new database knows no password and nobody", () => {
  expect(store.loadAccess()).toEqual({ verifier: null, sessions: [] });
});

test("keeps sessions until they are removed", () => {
  store.replaceVerifier("hash");
  store.addSession(first);
  store.addSession(second);
  expect(store.loadAccess()).toEqual({ verifier: "hash", sessions: [first, second] });
  store.removeSessions([first.id]);
  expect(store.loadAccess().sessions).toEqual([second]);
});

test("writes down when a session was used, and brings none back that has ended", () => {
  store.addSession(first);
  store.addSession(second);
  store.removeSessions([second.id]);
  const last_used_at = "2026-01-01T01:00:00.000Z";
  store.renewSessions([
    { id: first.id, last_used_at },
    { id: second.id, last_used_at },
  ]);
  expect(store.loadAccess().sessions).toEqual([{ ...first, last_used_at }]);
});

test("another password ends every session", () => {
  store.replaceVerifier("hash");
  store.addSession(first);
  store.replaceVerifier("other");
  expect(store.loadAccess()).toEqual({ verifier: "other", sessions: [] });
  store.addSession(second);
  store.replaceVerifier(null);
  expect(store.loadAccess()).toEqual({ verifier: null, sessions: [] });
});
