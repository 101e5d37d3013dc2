import type { Database } from "bun:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nanoid } from "nanoid";
import type { Ability, AbilityRequest, AbilityResult } from "../../abilities/ability.ts";
import { CanvasWatcher } from "../../canvus/canvas-watcher.ts";
import { CanvusClient } from "../../canvus/client.ts";
import { Downloads } from "../../canvus/downloads.ts";
import type { Widget, WidgetChange } from "../../canvus/widget.ts";
import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import { TestBench } from "../../simulator/testing/test-bench.ts";
import { createJournalStore } from "../../storage/journal-store.ts";
import type { HistoryRow } from "../../storage/schema.ts";
import type { Journal } from "../../storage/storage.ts";
import { memoryDatabase } from "../../storage/testing/sample-rows.ts";
import { Changes } from "../../testing/changes.ts";
import { systemTimers } from "../../timers.ts";
import { detectTrigger } from "../../triggers/detect-trigger.ts";
import type { Operation } from "../../triggers/operation.ts";
import { contentHash } from "../../triggers/trigger.ts";
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
  readonly #changes = new Changes();

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
        this.nudge();
      },
      onStateChange: ({ state }) => {
        this.onAvailable(state === "live");
        this.nudge();
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
    await this.until(() => this.#watcher.status().state === "live");
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
    const downloads = new Downloads({
      folder: join(tmpdir(), `cll-tasks-${nanoid()}`),
      client,
      timers: systemTimers,
    });
    return new CanvasBoard({
      canvasId: this.server.canvasId,
      client,
      downloads,
      state: this.#watcher.widgets,
    });
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

  /** What people do: drop a PDF on the canvas. The simulator goes by its first bytes. */
  async dropPdf(fields: Record<string, unknown> = {}): Promise<Widget> {
    const json = JSON.stringify({
      title: "Report",
      location: { x: 1000, y: 1000 },
      size: { width: 600, height: 800 },
      ...fields,
    });
    const file = new Blob(["%PDF-1.4 two pages"]);
    return (await (
      await this.server.upload("pdfs", [
        ["json", json],
        ["data", file, "report.pdf"],
      ])
    ).json()) as Widget;
  }

  /** What people do: take an icon from the AI menu; with `onto` it lies on that widget. */
  async dropIcon(icon: string, onto?: string): Promise<Widget> {
    const body = onto === undefined ? { icon } : { icon, onto };
    return (await (await this.server.control("drop-icon", body)).json()) as Widget;
  }

  /** The images as the server has them. */
  async images(): Promise<readonly Widget[]> {
    return (await (await this.server.canvas("GET", "images")).json()) as Widget[];
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
    const trigger = detectTrigger(note, this.board.lookup);
    if (!trigger) throw new Error("this note asks nothing");
    const task: Task = {
      correlationId: `task-${this.rows().length + 1}`,
      canvasId: this.server.canvasId,
      widgetId: note.id,
      operation: trigger.operation,
      prompt: trigger.prompt,
      contentHash: contentHash(trigger),
      createdAt: systemTimers.now(),
      seenAt: systemTimers.monotonicNow(),
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
  until<T>(look: () => T | false | undefined): Promise<T> {
    return this.#changes.until(look);
  }

  #after<T>(value: T): T {
    // The caller goes on first, as it does when the reply of the storage worker comes.
    queueMicrotask(() => this.nudge());
    return value;
  }

  /** Lets `until` look again: something changed that is neither the live picture nor the journal. */
  nudge(): void {
    this.#changes.happened();
  }
}

export function everyAbility(ability: Ability): Readonly<Record<Operation, Ability>> {
  return {
    note_prompt: ability,
    image_prompt: ability,
    image_question: ability,
    image_analysis: ability,
    pdf_precis: ability,
    canvas_precis: ability,
    handwriting: ability,
  };
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
    const call = {
      request,
      answer: (result: string | AbilityResult) =>
        end.resolve(typeof result === "string" ? resultOf(result) : result),
      fail: end.reject,
    };
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
  answer(result: string | AbilityResult): void;
  fail(error: unknown): void;
}
