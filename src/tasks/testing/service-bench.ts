import type { Widget } from "../../canvus/widget.ts";
import type { Journal } from "../../storage/storage.ts";
import { systemTimers, type Timers } from "../../timers.ts";
import type { SchedulerLimits } from "../scheduler-contract.ts";
import { TaskService } from "../task-service.ts";
import { everyAbility, ScriptedAbility, TaskBench } from "./task-bench.ts";

export const SETTLE_MS = 5;
const LIMITS: SchedulerLimits = {
  maxRunning: 2,
  maxQueued: 10,
  maxQueuedPerCanvas: 10,
  maxRetries: 2,
  retryDelayMs: 1,
  processingTimeoutMs: 60_000,
  documentTimeoutMs: 60_000,
};

/** Services that watch the canvas of a TaskBench and answer as the test says. Stop it after use. */
export class ServiceBench {
  readonly bench: TaskBench;
  /** Of services that are started from now on. */
  script = new ScriptedAbility();
  readonly #services: TaskService[] = [];

  private constructor(bench: TaskBench) {
    this.bench = bench;
  }

  static async begin(): Promise<ServiceBench> {
    return new ServiceBench(await TaskBench.start());
  }

  async start(
    limits: Partial<SchedulerLimits> = {},
    journal: Journal = this.bench.journal,
    timers: Timers = systemTimers,
  ): Promise<TaskService> {
    const { bench } = this;
    const service = new TaskService({
      limits: { ...LIMITS, ...limits },
      settleMs: SETTLE_MS,
      journal,
      abilities: everyAbility(this.script.ability),
      timers,
      logger: bench.logger,
    });
    this.#services.push(service);
    const { canvasId } = bench.board;
    bench.onChanges = (changes) => service.onChanges(canvasId, changes);
    bench.onAvailable = (available) => service.canvasAvailable(canvasId, available);
    await service.adopt(bench.board);
    await bench.watch();
    return service;
  }

  async stop(): Promise<void> {
    for (const service of this.#services.splice(0)) await service.stop();
    await this.bench.stop();
  }

  /** The note as the live picture has it, once it is as wished. */
  shows(note: Widget, wish: (text: string) => boolean): Promise<Widget> {
    return this.bench.until(() => {
      const shown = this.bench.board.state.get(note.id);
      return shown && wish(shown.text ?? "") ? shown : undefined;
    });
  }

  /** The statuses in the journal, once so many prompts are there and none is open. */
  ended(count: number): Promise<string[]> {
    return this.bench.until(() => {
      const statuses = this.bench.rows().map((row) => row.status);
      const open = statuses.some((status) => status === "pending" || status === "running");
      return statuses.length >= count && !open ? statuses : undefined;
    });
  }

  /** Answers the next calls with their prompts. */
  async answerAll(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      const call = await this.script.next();
      call.answer(`To: ${call.request.prompt}`);
    }
  }
}
