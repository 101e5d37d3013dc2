import { expect, test } from "bun:test";
import type { ServiceStatus } from "../api/status-schema.ts";
import { StatusFeed } from "./status-feed.ts";

/** Long enough that a test would hang if it had to wait for it. */
const NEVER_MS = 1_000_000;

/** A service whose version tells how often it was looked at. */
function service(fail = false) {
  let looks = 0;
  let failing = fail;
  const status = async (): Promise<ServiceStatus> => {
    looks += 1;
    if (failing) {
      failing = false;
      throw new Error("not now");
    }
    return {
      ...{
        version: String(looks),
        started_at: "",
        ready: true,
        alerts: [],
        canvases: [],
        models: [],
        tasks: [],
      },
      queue: { running: 0, waiting: 0, overflow: 0, max_running: 0, max_waiting: 0 },
      ...{ today: null, gpu: { state: "absent", message: null, devices: [] } },
      storage: { mode: "normal", unwritten: 0, database_bytes: null, disk_free_bytes: null },
      ...{ memory: { service_bytes: looks, runners_bytes: 0 }, event_loop_lag_p99_ms: null },
    };
  };
  return { status, looks: () => looks };
}

function next(feed: StatusFeed): { readonly told: Promise<string>; readonly end: () => void } {
  const told = Promise.withResolvers<string>();
  return { told: told.promise, end: feed.listen(({ version }) => told.resolve(version)) };
}

test("everybody who comes is told at once, also while the others wait", async () => {
  const feed = new StatusFeed(service().status, NEVER_MS);
  const first = next(feed);
  expect(await first.told).toBe("1");
  const second = next(feed);
  expect(await second.told).toBe("2");
  first.end();
  second.end();
});

test("who comes in the middle of a look is told too; all share it", async () => {
  const { status, looks } = service();
  const feed = new StatusFeed(status, NEVER_MS);
  const both = [next(feed), next(feed)];
  expect(await Promise.all(both.map(({ told }) => told))).toEqual(["1", "1"]);
  for (const { end } of both) end();
  expect(looks()).toBeLessThanOrEqual(2);
});

test("looks again and again while somebody watches, also after a failure, and not after that", async () => {
  const { status, looks } = service(true);
  const feed = new StatusFeed(status, 1);
  const third = Promise.withResolvers<void>();
  const end = feed.listen(({ version }) => Number(version) >= 4 && third.resolve());
  await third.promise;
  end();
  const seen = looks();
  const again = next(feed);
  expect(Number(await again.told)).toBe(seen + 1);
  again.end();
});
