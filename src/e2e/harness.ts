import { Database } from "bun:sqlite";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "./at-exit.ts";
import { Execution } from "./executable.ts";
import { TestCanvas } from "./test-canvas.ts";

export const TOKEN = "token-of-the-tests-7f3a";

/** A simulated Canvus server and services of the built executable, in a folder of their own. Close it after use. */
export class Harness {
  readonly folder: string;
  readonly url: string;
  readonly canvases: readonly TestCanvas[];
  readonly #removeFolder: () => void;
  readonly #executions: Execution[] = [];

  private constructor(
    folder: TemporaryFolder,
    simulator: Execution,
    ready: { url: string; canvases: { id: string }[] },
  ) {
    this.folder = folder.path;
    this.#removeFolder = folder.remove;
    this.url = ready.url;
    this.#executions.push(simulator);
    this.canvases = ready.canvases.map(({ id }) => new TestCanvas({ url: this.url, token: TOKEN }, id));
  }

  static async start(canvasIds: readonly string[] = ["canvas-1"]): Promise<Harness> {
    const folder = await temporaryFolder("cll-e2e-");
    const canvases = canvasIds.flatMap((id) => ["--canvas", id]);
    const simulator = new Execution(["simulate", "--port", "0", "--token", TOKEN, ...canvases]);
    const line = await simulator.printed((each) => each.includes('"ready"'));
    return new Harness(folder, simulator, JSON.parse(line));
  }

  get canvas(): TestCanvas {
    const [first] = this.canvases;
    if (!first) throw new Error("there is no canvas");
    return first;
  }

  /** The settings of a service that answers with the demo model; `changes` replaces some of them. */
  settings(changes: Record<string, string> = {}): Record<string, string> {
    return {
      CANVUS_SERVER: this.url,
      CANVUS_API_KEY: TOKEN,
      CANVAS_IDS: this.canvases.map(({ id }) => id).join(","),
      LLAMA_MODEL_PATH: "builtin:demo",
      LLAMA_GPU: "off",
      PORT: "0",
      CANVUSLLM_DATA_DIR: join(this.folder, "data"),
      CANVUSLLM_PROMPT_SETTLE_MS: "100",
      ...changes,
    };
  }

  run(changes: Record<string, string> = {}, launcher: readonly string[] = []): Execution {
    const service = new Execution(["run"], this.settings(changes), undefined, launcher);
    this.#executions.push(service);
    return service;
  }

  /** A service whose dashboard answers; its model may still be loading. */
  async runDashboard(changes: Record<string, string> = {}): Promise<Execution & { url: string }> {
    const service = this.run(changes);
    return Object.assign(service, { url: await service.dashboard() });
  }

  /** A service that watches its canvases and has its model loaded. */
  async runReady(changes: Record<string, string> = {}): Promise<Execution & { url: string }> {
    const service = await this.runDashboard(changes);
    await service.logged((line) => line.message.endsWith(" is loaded"));
    for (const { id } of this.canvases) {
      await service.logged((line) => line.message.startsWith("watching canvas") && line.canvas_id === id);
    }
    return service;
  }

  /** Switches faults of the simulator on. */
  async faults(...rules: readonly unknown[]): Promise<void> {
    const response = await fetch(`${this.url}/_sim/faults`, {
      method: "POST",
      body: JSON.stringify({ rules }),
    });
    if (!response.ok) throw new Error(`faults: ${response.status} ${await response.text()}`);
  }

  async helper(name: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/_sim/${name}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** What the services of this harness have written to their database. */
  query<Row = Record<string, unknown>>(sql: string): Row[] {
    const database = new Database(join(this.folder, "data", "data.db"), { readonly: true });
    try {
      return database.query<Row, []>(sql).all();
    } finally {
      database.close();
    }
  }

  /** All rows of a table, oldest first. */
  rows(table: string): Record<string, unknown>[] {
    return this.query(`SELECT * FROM ${table} ORDER BY id`);
  }

  /** What has become of the prompts, oldest first. */
  statuses(): unknown[] {
    return this.rows("processing_history").map(({ status }) => status);
  }

  async close(): Promise<void> {
    for (const canvas of this.canvases) canvas.close();
    for (const execution of this.#executions.reverse()) await execution.stop("SIGKILL");
    this.#removeFolder();
  }
}
