import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { SystemdNotifier } from "./systemd.ts";

/** Stands for systemd: a unix datagram socket whose messages come out as lines of JSON. Bun has no such sockets. */
const RECEIVER = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print(json.dumps("bound"), flush=True)
while True:
    print(json.dumps(s.recv(4096).decode()), flush=True)
`;

const hasPython = Bun.which("python3") !== null;
let folder: string;
let socket: string;
let receiver: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;
let lines: AsyncIterator<string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-notify-"));
  socket = join(folder, "notify");
  if (!hasPython) return;
  receiver = Bun.spawn(["python3", "-c", RECEIVER, socket], { stdout: "pipe" });
  lines = createInterface({ input: Readable.fromWeb(receiver.stdout as never) })[Symbol.asyncIterator]();
  expect(await received()).toBe("bound");
});

afterEach(async () => {
  receiver?.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

async function received(): Promise<string> {
  return JSON.parse((await lines.next()).value);
}

function notifier(environment: Record<string, string>) {
  const timers = new FakeTimers();
  const logger = new RecordingLogger();
  return { notifier: new SystemdNotifier({ environment, timers, logger }), timers, logger };
}

test.skipIf(!hasPython)("says when it is ready, what it does and that it stops", async () => {
  const { notifier: systemd, timers } = notifier({ NOTIFY_SOCKET: socket });
  let doing = "watching 2 canvases\nwith a model";
  systemd.ready(() => doing);
  timers.advance(2000);
  doing = "3 prompts under way";
  timers.advance(2000);
  systemd.stopping();
  expect(timers.pending).toBe(0);
  expect(await received()).toBe("READY=1\nSTATUS=watching 2 canvases with a model");
  expect(await received()).toBe("STATUS=3 prompts under way");
  expect(await received()).toBe("STOPPING=1\nSTATUS=stopping");
});

test.skipIf(!hasPython)("feeds the watchdog twice within its period, until it is stopped", async () => {
  const { notifier: systemd, timers } = notifier({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: "30000000" });
  systemd.ready(() => "ready");
  await received();
  expect(await received()).toBe("WATCHDOG=1");
  timers.advance(15_000);
  expect(await received()).toBe("WATCHDOG=1");
  systemd.stop();
  expect(timers.pending).toBe(0);
});

test("a watchdog meant for another process is not fed", () => {
  const settings = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "30000000", WATCHDOG_PID: "1" };
  const { notifier: systemd, timers } = notifier(settings);
  systemd.ready(() => "ready");
  // Only what it does is told again and again.
  expect(timers.pending).toBe(1);
});

test("outside systemd nothing happens; a dead socket is said once and harms nobody", () => {
  const { notifier: outside, logger: quiet } = notifier({});
  outside.ready(() => "ready");
  expect(quiet.entries).toEqual([]);
  const { notifier: dead, logger } = notifier({ NOTIFY_SOCKET: join(folder, "nobody") });
  dead.ready(() => "ready");
  dead.stopping();
  expect(logger.entries).toHaveLength(1);
});
