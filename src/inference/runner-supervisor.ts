import {
  type ChildExit,
  type ChildOptions,
  type ChildProcess,
  neverStarted,
  spawnChild,
} from "../child-process/child-process.ts";
import { causeOfDeath } from "./cause-of-death.ts";
import { memoryEvidence } from "./out-of-memory.ts";
import { PendingRequests, type Work, type WorkOptions } from "./pending-requests.ts";
import {
  type LoadOptions,
  type MessageFromRunner,
  type MessageToRunner,
  type ModelInfo,
  PROTOCOL_VERSION,
  parseMessageFromRunner,
  type RunnerFailure,
} from "./protocol.ts";

import type { WorkKind, WorkRequest, WorkResult } from "./runner-work.ts";
import { logLoaded, logPhase, logUnstoppable } from "./supervisor-log.ts";
import {
  INITIAL_STATE,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorLimits,
  type SupervisorState,
} from "./supervisor-state.ts";
import { step } from "./supervisor-step.ts";
import { Ticker } from "./ticker.ts";

const CALLED = "model process";
/** Added to the sum of the ladder's rungs before a stop gives up on a process that cannot even be killed. */
const STOP_MARGIN_MS = 1000;

const NONSENSE = "The model process sent a message that is not in the protocol.";

/** Bytes of the machine's memory and of the GPU's. */
export interface LoadedMemory {
  readonly rssBytes: number;
  readonly vramBytes: number;
}

export interface RunnerSupervisorOptions extends Omit<ChildOptions, "called"> {
  /** @param attempt how many processes in a row have failed to load before this one */
  readonly loadOptions: (attempt: number) => LoadOptions;
  readonly limits: SupervisorLimits;
  /** Resolves when the GPU has taken back what this process held; it has ended. Never rejects. */
  readonly gpuReleased: (pid: number) => Promise<void>;
  /** Called after every change of the state. */
  readonly onChange: () => void;
}

/** Does what the pure state machine says: starts, feeds, watches and ends runner processes, one at a time. */
export class RunnerSupervisor {
  readonly #options: RunnerSupervisorOptions;
  readonly #requests = new PendingRequests();
  readonly #stopWaiters: (() => void)[] = [];
  readonly #ticker = new Ticker((elapsedMs) => this.#dispatch({ type: "tick", elapsedMs }));
  #state = INITIAL_STATE;
  #process: ChildProcess<MessageToRunner> | null = null;
  #model: ModelInfo | null = null;
  #attempt = 0;
  #mayUseGpu = false;
  #residentBytes = 0;
  #memory: LoadedMemory | null = null;
  #evidence = memoryEvidence();

  constructor(options: RunnerSupervisorOptions) {
    this.#options = options;
  }

  get state(): SupervisorState {
    return this.#state;
  }

  /** What is loaded; null unless it is usable now. */
  get model(): ModelInfo | null {
    return this.#state.phase.name === "ready" ? this.#model : null;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Memory of the runner in bytes as it last reported it. */
  get residentBytes(): number {
    return this.#process === null ? 0 : this.#residentBytes;
  }

  /** What it took when it was loaded last. */
  get memory(): LoadedMemory | null {
    return this.#memory;
  }

  start(): void {
    this.#attempt = 0;
    this.#dispatch({ type: "start" });
  }

  /**
   * Resolves when the process is gone, or when not even SIGKILL ended it within the ladder's time.
   * @param drainMs how long requests in work may take to end
   */
  async stop(drainMs: number): Promise<void> {
    this.#dispatch({ type: "stop", drainMs });
    if (this.#state.phase.name === "stopped") return;
    const { shutdown, terminate, kill } = this.#options.limits.stopRungMs;
    const gone = Promise.withResolvers<void>();
    this.#stopWaiters.push(gone.resolve);
    const giveUp = setTimeout(
      () => {
        logUnstoppable(this.#options.logger, this.pid);
        gone.resolve();
      },
      drainMs + shutdown + terminate + kill + STOP_MARGIN_MS,
    );
    await gone.promise;
    clearTimeout(giveUp);
  }

  /** Sends a request to a runner that is ready; the caller has looked. */
  run<Kind extends WorkKind>(
    request: Extract<WorkRequest, { kind: Kind }>,
    options: WorkOptions,
  ): Work<WorkResult<Kind>> {
    const { id, ...work } = this.#requests.add<Kind>(request.kind, options, (which) => this.#cancel(which));
    this.#process?.send({ type: "run", id, correlationId: options.correlationId, request });
    this.#dispatch({ type: "requestBegun" });
    return work;
  }

  #cancel(id: number): void {
    this.#process?.send({ type: "cancel", id });
    // It ends with the step of tokens it is in, so it may take as long as a step may.
    const asked = this.#process;
    setTimeout(() => {
      if (asked !== this.#process || !this.#requests.has(id)) return;
      const message = "The model process did not give up a cancelled request.";
      this.#dispatch({ type: "misbehaved", error: { code: "RUNNER_STUCK", message } });
    }, this.#options.limits.noProgressMs).unref();
  }

  #dispatch(event: SupervisorEvent): void {
    const before = this.#state.phase.name;
    const { state, effects } = step(this.#state, event, performance.now(), this.#options.limits);
    this.#state = state;
    for (const effect of effects) this.#apply(effect);
    if (state.phase.name !== before) this.#enter(state);
    this.#options.onChange();
  }

  #enter(state: SupervisorState): void {
    logPhase(this.#options.logger, state);
    const { phase } = state;
    const idle = phase.name === "stopped" || phase.name === "failed" || phase.name === "quarantined";
    if (!idle) {
      this.#ticker.start();
      return;
    }
    this.#ticker.stop();
    for (const resolve of this.#stopWaiters.splice(0)) resolve();
  }

  #apply(effect: SupervisorEffect): void {
    switch (effect.type) {
      case "spawn":
        this.#spawn();
        break;
      case "load":
        this.#load();
        break;
      case "shutdown":
        this.#process?.send({ type: "shutdown" });
        break;
      case "terminate":
        this.#process?.kill("SIGTERM");
        break;
      case "kill":
        this.#process?.kill("SIGKILL");
        break;
      case "failRequests":
        this.#requests.rejectAll(effect.error);
        break;
    }
  }

  #load(): void {
    const options = this.#options.loadOptions(this.#attempt++);
    this.#mayUseGpu = options.gpu !== "off";
    this.#evidence = memoryEvidence(this.#process?.pid);
    this.#process?.send({ type: "load", options });
  }

  #spawn(): void {
    this.#residentBytes = 0;
    try {
      const options = { ...this.#options, called: CALLED };
      const spawned: ChildProcess<MessageToRunner> = spawnChild(options, {
        onMessage: (message) => {
          if (this.#process === spawned) this.#receive(message);
        },
        onExit: async (exit) => {
          if (this.#process !== spawned) return;
          // Whoever needs its memory next finds it free.
          if (this.#mayUseGpu) await this.#options.gpuReleased(spawned.pid);
          if (this.#process === spawned) this.#exited(exit);
        },
      });
      this.#process = spawned;
    } catch (error) {
      // Not at once: the transition that asked for the process is still being carried out.
      queueMicrotask(() => this.#exited(neverStarted(CALLED, error)));
    }
  }

  #exited(exit: ChildExit): void {
    const { output } = exit;
    const wanted = this.#state.phase.name === "stopping";
    if (!wanted && output !== "")
      this.#options.logger.warn("Last output of the model process", {
        source: "inference/runner-supervisor.ts:exited",
        output,
      });
    this.#process = null;
    const wasLoading = this.#state.phase.name === "loading";
    const error = causeOfDeath(exit, this.#evidence, memoryEvidence(), wasLoading);
    this.#dispatch({ type: "exited", error });
  }

  #receive(value: unknown): void {
    const message = parseMessageFromRunner(value);
    if (message === null) this.#misbehaved(NONSENSE);
    else this.#handle(message);
  }

  #misbehaved(message: string): void {
    const error: RunnerFailure = { code: "RUNNER_CRASHED", message };
    this.#dispatch({ type: "misbehaved", error });
  }

  #handle(message: MessageFromRunner): void {
    switch (message.type) {
      case "hello":
        if (message.protocol === PROTOCOL_VERSION) this.#dispatch({ type: "hello" });
        else this.#misbehaved(`The model process speaks version ${message.protocol} of the protocol.`);
        break;
      case "loadProgress":
        this.#dispatch({ type: "loadProgress" });
        break;
      case "loaded":
        this.#memory = { rssBytes: message.rss_bytes, vramBytes: message.vram_bytes };
        this.#loaded(message.model, message.load_ms);
        break;
      case "loadFailed":
        this.#dispatch({ type: "loadFailed", error: message.error });
        break;
      case "heartbeat":
        this.#residentBytes = message.rss;
        this.#dispatch({ type: "heartbeat", progress: message.progress });
        break;
      case "text":
        this.#requests.text(message.id, message.piece, message.tokens);
        this.#dispatch({ type: "output" });
        break;
      case "step":
        this.#requests.step(message.id, message.step, message.steps);
        this.#dispatch({ type: "output" });
        break;
      case "done":
        this.#done(message.id, message.result);
        break;
      case "failed":
        if (this.#requests.reject(message.id, message.error))
          this.#dispatch({ type: "requestEnded", succeeded: false });
        break;
      case "log":
        this.#options.logger[message.level](message.message, {
          source: "inference/runner-supervisor.ts:handle",
          ...(message.correlationId === undefined ? {} : { correlation_id: message.correlationId }),
        });
        break;
    }
  }

  #loaded(model: ModelInfo, loadMs: number): void {
    this.#attempt = 0;
    this.#model = model;
    logLoaded(this.#options.logger, model, loadMs);
    this.#dispatch({ type: "loaded" });
  }

  #done(id: number, result: unknown): void {
    const outcome = this.#requests.resolve(id, result);
    if (outcome === "resolved") this.#dispatch({ type: "requestEnded", succeeded: true });
    if (outcome === "nonsense") this.#misbehaved(NONSENSE);
  }
}
