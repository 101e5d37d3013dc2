import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { Mailbox } from "../../testing/mailbox.ts";
import {
  CanvasWatcher,
  type CanvasWatcherOptions,
  type WatcherState,
  type WatcherStatus,
} from "../canvas-watcher.ts";
import { Subscription } from "./subscription.ts";
import { startServer, testClient } from "./test-server.ts";

const IDLE_TIMEOUT_MS = 60_000;

/** The only canvas' root, as the server sends it. */
export const ROOT = { id: "root", widget_type: "SharedCanvas", size: { width: 9600, height: 5400 } };

export function note(id: string, text = id) {
  return { id, widget_type: "Note", parent_id: "root", text, title: "" };
}

/** A watcher on a server that accepts every subscription unless the test has put a refusal in its way. */
export class WatcherBench {
  readonly timers = new FakeTimers();
  readonly logger = new RecordingLogger();
  readonly subscriptions = new Mailbox<Subscription>();
  /** `origin: kind id, kind id` of each batch that was handed on. */
  readonly changes = new Mailbox<string>();
  readonly states = new Mailbox<WatcherStatus>();
  /** What the next requests get instead of a stream. */
  refusals: Response[] = [];
  readonly server = startServer(({ method }) => {
    if (method === "DELETE") return new Response("");
    const refusal = this.refusals.shift();
    if (refusal) return refusal;
    const subscription = new Subscription();
    this.subscriptions.put(subscription);
    return subscription.response;
  });
  watcher = this.watch();

  /** Another watcher in place of the first one, which was not started. */
  watch(options: Partial<CanvasWatcherOptions> = {}): CanvasWatcher {
    this.watcher = new CanvasWatcher({
      client: testClient(this.server.url, { timers: this.timers }).client,
      canvasId: "c",
      name: "Board",
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      onChanges: (list, origin) => {
        this.changes.put(`${origin}: ${list.map(({ kind, widget }) => `${kind} ${widget.id}`).join(", ")}`);
      },
      onStateChange: (status) => this.states.put(status),
      timers: this.timers,
      logger: this.logger,
      ...options,
    });
    return this.watcher;
  }

  stateIs(state: WatcherState): Promise<WatcherStatus> {
    return this.states.until((status) => status.state === state);
  }

  /** Lets the pending reconnect happen and returns how long it was waited for. */
  async reconnect(): Promise<number> {
    const delayMs = await this.timers.untilScheduled((ms) => ms <= 30_000);
    this.timers.advance(delayMs);
    return delayMs;
  }

  stop(): Promise<void> {
    return this.watcher.stop();
  }
}
