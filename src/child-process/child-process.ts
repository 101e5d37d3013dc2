import { tieChildrenToThisProcess } from "../native/job-object.ts";
import { withoutCorrelation } from "../observability/correlation.ts";
import type { Logger } from "../observability/logger.ts";
import { childEnvironment } from "./child-environment.ts";
import { OutputTail } from "./output-tail.ts";

/** How long to wait for the last output of an ended process; a grandchild may keep the pipe open for ever. */
const OUTPUT_GRACE_MS = 500;
const CHANNEL_CLOSED = "ERR_IPC_CHANNEL_CLOSED";

export interface ChildExit {
  /** One sentence for people. */
  readonly description: string;
  readonly signal: string | null;
  readonly exitCode: number | null;
  /** The last of what it wrote, at most 8 KB. */
  readonly output: string;
}

export interface ChildHandlers {
  /** Everything that arrives, checked by nobody yet. */
  readonly onMessage: (message: unknown) => void;
  /** Once, when the process has ended. */
  readonly onExit: (exit: ChildExit) => void;
}

export interface ChildProcess<ToChild> {
  readonly pid: number;
  /** Does nothing when the process has ended, or is about to: then `onExit` follows. */
  send(message: ToChild): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

export interface ChildOptions {
  readonly command: readonly string[];
  /** What people call it: "model process". */
  readonly called: string;
  readonly logger: Logger;
  /** Which lines of its output may be logged. Defaults to all. */
  readonly mayBeLogged?: ((line: string) => boolean) | undefined;
}

/**
 * Starts this program once more in a process group of its own, so that a Ctrl-C in a terminal reaches the service only.
 */
export function spawnChild<ToChild>(
  { command, called, logger, mayBeLogged }: ChildOptions,
  handlers: ChildHandlers,
): ChildProcess<ToChild> {
  tieChildrenToThisProcess();
  // The process outlives the task that it may be started for: its messages must not appear under that task.
  const child = withoutCorrelation(() =>
    Bun.spawn([...command], {
      ipc: handlers.onMessage,
      serialization: "advanced",
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: childEnvironment(process.env),
      detached: process.platform !== "win32",
    }),
  );
  // In its first moments a child does not yet notice when this process ends without having stopped it.
  const endWithUs = () => killGroup(child, "SIGKILL");
  process.once("exit", endWithUs);
  const output = new OutputTail(
    (line) =>
      logger.debug(line, {
        source: "child-process/child-process.ts:spawnChild",
        stream: `output of the ${called}`,
      }),
    undefined,
    mayBeLogged,
  );
  const followed = Promise.allSettled([output.follow(child.stdout), output.follow(child.stderr)]);
  void child.exited.then(async () => {
    process.off("exit", endWithUs);
    await Promise.race([followed, Bun.sleep(OUTPUT_GRACE_MS)]);
    const { exitCode, signalCode } = child;
    const signal = signalCode === null ? null : String(signalCode);
    handlers.onExit({ description: describeExit(child, called), signal, exitCode, output: output.text });
  });

  return {
    pid: child.pid,
    send: (message) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      try {
        child.send(message);
      } catch (error) {
        // Of a process that was killed the channel closes a moment before its end is known.
        if (!(error instanceof Error && "code" in error && error.code === CHANNEL_CLOSED)) throw error;
      }
    },
    kill: (signal) => killGroup(child, signal),
  };
}

/** How a child ended that could not even be started. */
export function neverStarted(called: string, error: unknown): ChildExit {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    description: `The ${called} cannot be started: ${reason}`,
    signal: null,
    exitCode: null,
    output: "",
  };
}

function describeExit({ exitCode, signalCode }: Bun.Subprocess, called: string): string {
  const how = signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`;
  return `The ${called} ended with ${how}.`;
}

function killGroup(child: Bun.Subprocess, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    // The group, so that whatever a driver started goes too.
    if (process.platform !== "win32") process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    child.kill(signal); // the group is gone already, or was never made
  }
}
