import { beforeEach, expect, test } from "bun:test";
import { Sessions } from "./sessions.ts";

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const LIMITS = { timeoutMs: 60 * MINUTE, idleMs: 10 * MINUTE };
let now: number;
let sessions: Sessions;

beforeEach(() => {
  now = START;
  sessions = new Sessions({ ...LIMITS, now: () => now, maxSessions: 3 });
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

test("it ends when nobody has used it for a while, and whoever waits for that is told", () => {
  const { token, stored } = sessions.open();
  const session = sessions.find(token);
  expect(session?.expiresAt).toBe(START + 10 * MINUTE);
  now += 10 * MINUTE - 1;
  expect(sessions.endExpired()).toEqual([]);
  expect(session?.ended.aborted).toBe(false);
  now += 1;
  expect(sessions.find(token)).toBeUndefined();
  expect(sessions.endExpired()).toEqual([stored.id]);
  expect(session?.ended.aborted).toBe(true);
  expect(sessions.size).toBe(0);
});

test("every use renews it, a stream that is watched too, but not beyond its longest time", () => {
  const { token, stored } = sessions.open();
  for (let use = 1; use <= 5; use += 1) {
    now = START + use * 9 * MINUTE;
    expect(sessions.find(token)?.expiresAt).toBe(now + 10 * MINUTE);
  }
  const watching = sessions.find(token);
  now += 9 * MINUTE;
  watching?.renew();
  expect(sessions.find(token)?.expiresAt).toBe(START + 60 * MINUTE);
  now = START + 60 * MINUTE;
  watching?.renew();
  expect(sessions.find(token)).toBeUndefined();
  expect(sessions.endExpired()).toEqual([stored.id]);
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
  now += 5 * MINUTE;
  const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();
  const used = { ...stored, last_used_at: at(4) };
  const idle = { id: "idle", created_at: at(-5), last_used_at: null };
  const old = { id: "old", created_at: at(-55), last_used_at: at(4) };
  const future = { id: "future", created_at: at(6), last_used_at: null };
  const broken = { id: "broken", created_at: "yesterday", last_used_at: null };
  const next = new Sessions({ ...LIMITS, now: () => now });
  expect(next.restore([idle, old, used, future, broken])).toEqual(["idle", "old", "future", "broken"]);
  now += 8 * MINUTE;
  expect(next.find(token)?.expiresAt).toBe(now + 10 * MINUTE);
});
