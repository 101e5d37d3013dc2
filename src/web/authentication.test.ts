import { beforeEach, expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { Authentication } from "./authentication.ts";
import { RefusalLog } from "./refusal-log.ts";
import type { SessionRepository } from "./session-repository.ts";
import { memoryRepository } from "./testing/memory-repository.ts";

const MINUTE = 60_000;

let now: number;
let logger: RecordingLogger;
let repository: SessionRepository;

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  logger = new RecordingLogger();
  repository = memoryRepository();
});

async function started(password: string | undefined): Promise<Authentication> {
  const authentication = new Authentication({
    sessionLimits: { timeoutMs: 3 * MINUTE, idleMs: 2 * MINUTE },
    repository,
    now: () => now,
    monotonicNow: () => now,
    logger,
    refusals: new RefusalLog(logger, () => now),
  });
  await authentication.start(password);
  return authentication;
}

async function login(authentication: Authentication, password = "right"): Promise<string | undefined> {
  const result = await authentication.login(password, "192.0.2.1", undefined);
  return result.kind === "welcome" ? result.token : undefined;
}

test("without a password nobody gets in, and the sessions of one that was there before end", async () => {
  const token = await login(await started("right"));
  const closed = await started(undefined);
  expect(closed.isOpen).toBe(false);
  expect(await login(closed, "right")).toBeUndefined();
  expect(await login(closed, "")).toBeUndefined();
  expect(closed.session(token)).toBeUndefined();
  expect(await repository.loadAccess()).toEqual({ verifier: null, sessions: [] });
});

test("the password itself is stored nowhere and logged nowhere", async () => {
  await login(await started("right-password"), "right-password");
  await login(await started("right-password"), "almost-right-password");
  expect(JSON.stringify(await repository.loadAccess())).not.toContain("right-password");
  expect(logger.text()).not.toContain("right-password");
  expect(logger.text()).toContain("192.0.2.1");
});

test("a changed password is said when it ended sessions", async () => {
  await login(await started("right"));
  await started("other");
  expect(logger.entries.at(-1)?.message).toContain("WEBUI_PWD has changed");
});

test("expired sessions leave the database too", async () => {
  const authentication = await started("right");
  await login(authentication);
  now += 2 * MINUTE;
  authentication.tidy();
  expect((await repository.loadAccess()).sessions).toEqual([]);
});

test("sessions expire while the service is down", async () => {
  const token = await login(await started("right"));
  now += 2 * MINUTE;
  expect((await started("right")).session(token)).toBeUndefined();
  expect((await repository.loadAccess()).sessions).toEqual([]);
});

test("a session in use is known as such after a restart, and is not idle then", async () => {
  const authentication = await started("right");
  const token = await login(authentication);
  now += 1.5 * MINUTE;
  authentication.session(token);
  authentication.tidy();
  now += MINUTE;
  const restarted = await started("right");
  expect(restarted.session(token)).toBeDefined();
  now += 0.5 * MINUTE;
  expect(restarted.session(token)).toBeUndefined();
});

test("not every request is written down", async () => {
  const authentication = await started("right");
  const token = await login(authentication);
  const written: string[] = [];
  const { renewSessions } = repository;
  repository.renewSessions = (uses) => {
    written.push(...uses.map(({ last_used_at }) => last_used_at));
    return renewSessions(uses);
  };
  for (let second = 0; second < 150; second += 1) {
    now += 1000;
    authentication.session(token);
    authentication.tidy();
  }
  expect(written).toEqual(["2026-01-01T00:01:00.000Z", "2026-01-01T00:02:00.000Z"]);
});

test("without the database people still log in; a restart forgets them, and the log says so", async () => {
  const broken = () => Promise.reject(new AppError("STORAGE_UNAVAILABLE", "The disk is full."));
  repository = {
    loadAccess: broken,
    replaceVerifier: broken,
    addSession: broken,
    renewSessions: broken,
    removeSessions: broken,
  };
  const authentication = await started("right");
  const token = await login(authentication);
  expect(authentication.session(token)).toBeDefined();
  expect(logger.entries.filter(({ level }) => level === "warn").length).toBeGreaterThan(1);
});

test("a verifier that nobody can read is that of another password", async () => {
  await repository.replaceVerifier("no hash");
  const authentication = await started("right");
  expect(await login(authentication)).toBeDefined();
});
