import { beforeEach, expect, test } from "bun:test";
import { Sessions } from "./sessions.ts";

const START = Date.UTC(2026, 0, 1);
let now: number;
let sessions: Sessions;

beforeEach(() => {
  now = START;
  sessions = new Sessions({ timeoutMs: 1000, now: () => now, maxSessions: 3 });
});

test("tokens are long, random, and stored nowhere", () => {
  const { token, stored } = sessions.open();
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(sessions.open().token).not.toBe(token);
  expect(JSON.stringify(stored)).not.toContain(token);
  expect(stored.id).toMatch(/^[0-9a-f]{64}$/);
  expect(sessions.find(stored.id)).toBeUndefined();
});

test("a session has a token for its forms, always the same and not that of another session", () => {
  const { token } = sessions.open();
  const csrf = sessions.find(token)?.csrfToken;
  expect(csrf).toHaveLength(43);
  expect(sessions.find(token)?.csrfToken).toBe(csrf ?? "");
  expect(sessions.find(sessions.open().token)?.csrfToken).not.toBe(csrf);
  expect(csrf).not.toBe(token);
});

test("it ends at its time, and whoever waits for that is told", () => {
  const { token, stored } = sessions.open();
  const session = sessions.find(token);
  expect(session?.expiresAt).toBe(START + 1000);
  now += 999;
  expect(sessions.endExpired()).toEqual([]);
  expect(session?.ended.aborted).toBe(false);
  now += 1;
  expect(sessions.find(token)).toBeUndefined();
  expect(sessions.endExpired()).toEqual([stored.id]);
  expect(session?.ended.aborted).toBe(true);
  expect(sessions.size).toBe(0);
});

test("when there are too many, the one that was quiet longest ends", () => {
  const [first, second, third] = [sessions.open(), sessions.open(), sessions.open()];
  sessions.find(first.token);
  expect(sessions.open().ended).toEqual([second.stored.id]);
  expect(sessions.find(first.token)).toBeDefined();
  expect(sessions.find(second.token)).toBeUndefined();
  expect(sessions.find(third.token)).toBeDefined();
});

test("takes over what an earlier run left, but nothing that has expired or lies in the future", () => {
  const { token, stored } = sessions.open();
  const old = { id: "old", created_at: new Date(START - 1000).toISOString() };
  const future = { id: "future", created_at: new Date(START + 60_000).toISOString() };
  const broken = { id: "broken", created_at: "yesterday" };
  now += 500;
  const next = new Sessions({ timeoutMs: 1000, now: () => now });
  expect(next.restore([old, stored, future, broken])).toEqual(["old", "future", "broken"]);
  expect(next.find(token)?.expiresAt).toBe(START + 1000);
});
