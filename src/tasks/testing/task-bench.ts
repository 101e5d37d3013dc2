import type { Database } from "bun:sqlite";
import type { Ability, AbilityRequest, AbilityResult } from "../../abilities/ability.ts";
import { CanvasWatcher } from "../../canvus/canvas-watcher.ts";
import { CanvusClient } from "../../canvus/client.ts";
import { RecordingLogger } from "../../canvus/testing/recording-logger.ts";
import type { Widget, WidgetChange } from "../../canvus/widget.ts";
import { TestBench } from "../../simulator/test-client.ts";
import { createJournalStore } from "../../storage/journal-store.ts";
import type { HistoryRow } from "../../storage/schema.ts";
import type { Journal } from "../../storage/storage.ts";
import { memoryDatabase } from "../../storage/testing/sample-rows.ts";
import { systemTimers } from "../../timers.ts";
import { contentHash, detectTrigger } from "../../triggers/trigger.ts";
import { CanvasBoard } from "../canvas-board.ts";
import type { Task } from "../task.ts";

/** A canvas of a real simulator with its live picture, and a journal in memory: what tasks work on. */
export class TaskBench {
  readonly server: TestBench;
  readonly logger = new RecordingLogger();
  readonly database: Database = memoryDatabase();
  readonly board: CanvasBoard;
  readonly client: CanvusClient;
  onChanges: (changes: WidgetChange[]) => void = () => undefined;
  onAvailable: (available: boolean) => void = () => undefined;
  readonly #watcher: CanvasWatcher;
  readonly #watchers = new Set<() => void>();

  private constructor(server: TestBench) {
    this.server = server;
    this.client = this.newClient();
    this.#watcher = new CanvasWatcher({
      client: this.client,
      canvasId: server.canvasId,
      name: "Board",
      idleTimeoutMs: 60_000,
      onChanges: (changes) => {
        this.onChanges(changes);
        this.#changed();
      },
      onStateChange: ({ state }) => {
        this.onAvailable(state === "live");
        this.#changed();
      },
      // Reconnecting need not wait for a second.
      timers: { ...systemTimers, schedule: (ms, run) => systemTimers.schedule(ms <= 1000 ? 1 : ms, run) },
      logger: this.logger,
    });
    this.board = this.boardOf(this.client);
  }

  static async start(): Promise<TaskBench> {
    return new TaskBench(await TestBench.start());
  }

  /** Begins to keep the live picture, anew when it was kept already; resolves when it is there. */
  async watch(): Promise<void> {
    await this.#watcher.stop();
    this.#watcher.start();
    await this.until(() => this.#watcher.status().state === "live" || undefined);
  }

  async stop(): Promise<void> {
    await this.#watcher.stop();
    await this.server.simulator.stop();
    this.database.close();
  }

  newClient(): CanvusClient {
    return new CanvusClient({
      baseUrl: this.server.simulator.url,
      credentials: { token: this.server.simulator.token },
      tls: { allowSelfSigned: false },
      requestTimeoutMs: 5000,
      maxDownloadBytes: 1024,
      maxRetries: 1,
      retryDelayMs: 1,
      logger: this.logger,
    });
  }

  boardOf(client: CanvusClient): CanvasBoard {
    return new CanvasBoard({ canvasId: this.server.canvasId, client, state: this.#watcher.widgets });
  }

  /** The journal as the service has it, on the bench's database. */
  get journal(): Journal {
    const store = createJournalStore(this.database);
    return {
      begin: async (row) => this.#after(store.begin(row)),
      update: async (correlationId, changes) => this.#after(store.update(correlationId, changes)),
      live: async () => store.live(),
      ping: async () => store.ping(),
    };
  }

  rows(): HistoryRow[] {
    return this.database.query<HistoryRow, []>("SELECT * FROM processing_history ORDER BY id").all();
  }

  /** What people do: write a note. */
  write(text: string, fields: Record<string, unknown> = {}): Promise<Widget> {
    return this.server.widget("POST", "notes", { text, ...fields });
  }

  /** The notes as the server has them. */
  async notes(): Promise<readonly Widget[]> {
    return (await (await this.server.canvas("GET", "notes")).json()) as Widget[];
  }

  async textOf(id: string): Promise<string | undefined> {
    return (await this.notes()).find((note) => note.id === id)?.text;
  }

  async answers(): Promise<readonly Widget[]> {
    return (await this.notes()).filter((note) => note.title?.startsWith("AI answer "));
  }

  /** The journalled task of a question, as the intake makes it. */
  async taskFor(note: Widget): Promise<Task> {
    const trigger = detectTrigger(note);
    if (!trigger) throw new Error("this note asks nothing");
    const task: Task = {
      correlationId: `task-${this.rows().length + 1}`,
      canvasId: this.server.canvasId,
      widgetId: note.id,
      operation: trigger.operation,
      prompt: trigger.prompt,
      contentHash: contentHash(trigger),
      createdAt: Date.now(),
      stage: "queued",
      answerId: null,
      recovered: false,
      attempts: 0,
    };
    await this.journal.begin({
      correlation_id: task.correlationId,
      canvas_id: task.canvasId,
      widget_id: task.widgetId,
      operation_type: task.operation,
      prompt: task.prompt,
      content_hash: task.contentHash,
      status: "pending",
      stage: task.stage,
      created_at: new Date(task.createdAt).toISOString(),
    });
    return task;
  }

  /** The first value that `look` gives, now or after a change of the live picture or the journal. */
  async until<T>(look: () => T | undefined): Promise<T> {
    const found = Promise.withResolvers<T>();
    const check = () => {
      const value = look();
      if (value !== undefined) found.resolve(value);
    };
    this.#watchers.add(check);
    check();
    try {
      return await found.promise;
    } finally {
      this.#watchers.delete(check);
    }
  }

  #after<T>(value: T): T {
    // The caller goes on first, as it does when the reply of the storage worker comes.
    queueMicrotask(() => this.#changed());
    return value;
  }

  #changed(): void {
    for (const check of this.#watchers) check();
  }
}

export function resultOf(text: string): AbilityResult {
  return { text, model: "scripted", promptTokens: 1, completionTokens: 1 };
}

/** An ability whose calls wait until the test lets them end. */
export class ScriptedAbility {
  readonly calls: AbilityCall[] = [];
  readonly #waiting: ((call: AbilityCall) => void)[] = [];
  readonly #unseen: AbilityCall[] = [];

  readonly ability: Ability = (request) => {
    const end = Promise.withResolvers<AbilityResult>();
    request.signal.addEventListener("abort", () => end.reject(request.signal.reason), { once: true });
    const call = { request, answer: (text: string) => end.resolve(resultOf(text)), fail: end.reject };
    this.calls.push(call);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(call);
    else this.#unseen.push(call);
    return end.promise;
  };

  /** The next call that this has not given yet, whether it has begun already or will. */
  next(): Promise<AbilityCall> {
    const unseen = this.#unseen.shift();
    if (unseen) return Promise.resolve(unseen);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export interface AbilityCall {
  readonly request: AbilityRequest;
  answer(text: string): void;
  fail(error: unknown): void;
}
