import { sendDatagram } from "../native/notify-socket.ts";
import type { Logger } from "../observability/logger.ts";
import type { Timers } from "../timers.ts";

export interface SystemdEnvironment {
  readonly [name: string]: string | undefined;
  readonly NOTIFY_SOCKET?: string | undefined;
  /** Time after which systemd takes a silent service for dead, in microseconds. */
  readonly WATCHDOG_USEC?: string | undefined;
  /** The process the watchdog is meant for; another one must not feed it. */
  readonly WATCHDOG_PID?: string | undefined;
}

/** `systemctl status` is looked at by people. */
const REPORT_MS = 2000;

/**
 * Tells systemd how the service is: ready, what it does, stopping, and that its event loop turns. Outside systemd it
 * does nothing.
 */
export class SystemdNotifier {
  readonly #socket: string | undefined;
  readonly #watchdogMs: number;
  readonly #timers: Timers;
  readonly #logger: Logger;
  #cancelWatchdog: (() => void) | undefined;
  #cancelReport: (() => void) | undefined;
  #told = "";
  #broken = false;

  constructor(options: {
    readonly environment: SystemdEnvironment;
    readonly timers: Timers;
    readonly logger: Logger;
  }) {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = options.environment;
    const forUs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
    this.#socket = NOTIFY_SOCKET === "" ? undefined : NOTIFY_SOCKET;
    this.#watchdogMs = forUs ? Number(WATCHDOG_USEC ?? 0) / 1000 : 0;
    this.#timers = options.timers;
    this.#logger = options.logger;
  }

  /**
   * The service works. From now on the watchdog is fed by the event loop: when that hangs, systemd restarts us.
   * @param describe what the service does, one line; asked again and again, and told when it has changed
   */
  ready(describe: () => string): void {
    if (!this.#socket) return;
    this.#told = oneLine(describe());
    this.#send(`READY=1\nSTATUS=${this.#told}`);
    this.#feedWatchdog();
    this.#reportAgain(describe);
  }

  /** The watchdog stays fed: stopping may take longer than its period. */
  stopping(): void {
    this.#cancelReport?.();
    this.#send("STOPPING=1\nSTATUS=stopping");
  }

  stop(): void {
    this.#cancelReport?.();
    this.#cancelWatchdog?.();
  }

  #reportAgain(describe: () => string): void {
    this.#cancelReport = this.#timers.schedule(REPORT_MS, () => {
      const text = oneLine(describe());
      if (text !== this.#told) this.#send(`STATUS=${text}`);
      this.#told = text;
      this.#reportAgain(describe);
    });
  }

  /** Twice within the period, as systemd recommends. */
  #feedWatchdog(): void {
    if (!(this.#watchdogMs > 0)) return;
    this.#send("WATCHDOG=1");
    this.#cancelWatchdog = this.#timers.schedule(this.#watchdogMs / 2, () => this.#feedWatchdog());
  }

  #send(message: string): void {
    if (!this.#socket || this.#broken) return;
    try {
      sendDatagram(this.#socket, message);
    } catch (error) {
      this.#broken = true;
      this.#logger.warn("systemd cannot be told how the service is", {
        source: "service/systemd.ts:send",
        error,
      });
    }
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
