// What the login costs: the check of a session, a login, and what a flood of logins does to the event loop.
// `bun scripts/bench/web-auth.ts [--json FILE]`; exits with 1 when a session's check takes more than 1 ms (p99), a login
// more than 100 ms (p50, on an idle machine) or the loop stands still for more than 50 ms.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createLogger } from "../../src/observability/create-logger.ts";
import { Authentication } from "../../src/web/authentication.ts";
import { LOGIN_LIMITS } from "../../src/web/login-rate-limit.ts";
import { RefusalLog } from "../../src/web/refusal-log.ts";
import { memoryRepository } from "../../src/web/testing/memory-repository.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";

const CHECK_LIMIT_MS = 1;
const LOGIN_LIMIT_MS = 100;
const LOOP_LIMIT_MS = 50;

const SESSIONS = 200;
const CHECKS = 100_000;
const LOGINS = 50;
const FLOOD = 2000;
const PASSWORD = "correct horse battery staple";

const { report } = beginBench({});
const logger = createLogger({ level: "error", secrets: [], outputs: [] });

const authentication = new Authentication({
  sessionLimits: { timeoutMs: 24 * 60 * 60 * 1000, idleMs: 24 * 60 * 60 * 1000 },
  repository: memoryRepository(),
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  logger,
  refusals: new RefusalLog(logger, () => performance.now()),
  // The measure is what a login costs, not how often somebody may try.
  limits: { ...LOGIN_LIMITS, perAddress: 1_000_000, perAddressInFlood: 1_000_000 },
});
await authentication.start(PASSWORD);

const cpu = process.cpuUsage();
const logins = await timeEach(LOGINS, async () => {
  await authentication.login(PASSWORD, "192.0.2.1", undefined);
});
const { user, system } = process.cpuUsage(cpu);
const tokens = await manyTokens();
let turn = 0;
const checks = await timeEach(CHECKS, () => {
  turn += 1;
  authentication.session(tokens[turn % tokens.length]);
});
const loop = await lagInFlood();

report.add(
  {
    name: "check of a session, p99",
    value: quantile(checks, 0.99),
    unit: "ms",
    goal: { atMost: CHECK_LIMIT_MS },
  },
  {
    name: "login, p50",
    value: quantile(logins, 0.5),
    unit: "ms",
    goal: { atMost: LOGIN_LIMIT_MS },
    beside: { what: "its processor time", value: (user + system) / LOGINS / 1000 },
  },
  {
    name: `event loop in a flood of ${FLOOD} logins, longest wait`,
    value: loop.max,
    unit: "ms",
    goal: { atMost: LOOP_LIMIT_MS },
    beside: { what: "p99", value: loop.p99 },
  },
);
await report.end();

/** Each run's time in ms. */
async function timeEach(count: number, run: () => void | Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return times;
}

async function manyTokens(): Promise<string[]> {
  const found: string[] = [];
  while (found.length < SESSIONS) {
    const login = await authentication.login(PASSWORD, "192.0.2.1", undefined);
    if (login.kind === "welcome") found.push(login.token);
  }
  return found;
}

async function lagInFlood(): Promise<{ p99: number; max: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const flood = Array.from({ length: FLOOD }, async (_, index) => {
    await Bun.sleep(index % 1000);
    await authentication.login("wrong", `2001:db8:0:${index.toString(16)}::1`, undefined);
  });
  await Promise.all(flood);
  delay.disable();
  return { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
}
