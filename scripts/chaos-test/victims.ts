import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Execution } from "../../src/e2e/executable.ts";
import type { FaultRule } from "./faults.ts";

export const TOKEN = "token-of-the-chaos-4c1d";
export const CANVAS_IDS = ["left", "right"] as const;

/** The service's child processes, by the command that starts them. */
export type Helper = "text" | "vision" | "documents";

const LOOK_MS = 5;

/** The processes of one round: a simulated Canvus server and the service. Each can be killed and started again. */
export class Victims {
  readonly folder: string;
  /** Every run there was, for the logs. */
  readonly runs: { readonly name: string; readonly execution: Execution }[] = [];
  readonly #settings: Readonly<Record<string, string>>;
  #port = 0;
  #isOver = false;
  #faults: readonly FaultRule[] = [];
  #simulator: Execution | null = null;
  #service: Execution | null = null;

  /** @param settings of the service, besides those that it needs to run at all */
  constructor(folder: string, settings: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#settings = settings;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get service(): Execution {
    if (!this.#service) throw new Error("the service does not run");
    return this.#service;
  }

  get hasService(): boolean {
    return this.#service !== null;
  }

  get simulatorPid(): number {
    return this.#simulator?.pid ?? 0;
  }

  async startSimulator(): Promise<void> {
    const canvases = CANVAS_IDS.flatMap((id) => ["--canvas", id]);
    const state = join(this.folder, "canvus.db");
    const simulator = this.#run("simulator", [
      ...["simulate", "--port", String(this.#port), "--token", TOKEN, "--state", state],
      ...canvases,
    ]);
    this.#simulator = simulator;
    const ready = JSON.parse(await simulator.printed((line) => line.includes('"ready"')));
    this.#port = Number(new URL(ready.url).port);
    await this.setFaults(this.#faults);
  }

  startService(): void {
    this.#service = this.#run("service", ["run"], {
      CANVUS_SERVER: this.url,
      CANVUS_API_KEY: TOKEN,
      CANVAS_IDS: CANVAS_IDS.join(","),
      LLAMA_MODEL_PATH: "builtin:demo",
      LLAMA_GPU: "off",
      PORT: "0",
      CANVUSLLM_DATA_DIR: join(this.folder, "data"),
      ...this.#settings,
    });
  }

  /** The service watches its canvases and has its model loaded. */
  async serviceReady(): Promise<void> {
    const { service } = this;
    await service.logged((line) => line.message.endsWith(" is loaded"));
    for (const id of CANVAS_IDS) {
      await service.logged((line) => line.message.startsWith("watching canvas") && line.canvas_id === id);
    }
  }

  async killService(signal: NodeJS.Signals): Promise<void> {
    await this.#service?.stop(signal);
    this.#service = null;
  }

  async killSimulator(): Promise<void> {
    await this.#simulator?.stop("SIGKILL");
    this.#simulator = null;
  }

  /**
   * @param patienceMs some are there only while there is work for them
   * @returns false when there was none.
   */
  async killHelper(helper: Helper, patienceMs = 0): Promise<boolean> {
    for (const began = performance.now(); ; await Bun.sleep(LOOK_MS)) {
      const pid = await this.#helper(helper);
      if (pid !== undefined) return kill(pid);
      if (performance.now() - began >= patienceMs) return false;
    }
  }

  /** Replaces the faults in force; a simulator that is started again gets them, too. */
  async setFaults(rules: readonly FaultRule[]): Promise<void> {
    this.#faults = rules;
    await fetch(`${this.url}/_sim/faults`, { method: "DELETE" });
    if (rules.length > 0) await this.control("faults", { rules });
  }

  /** For a while there are further faults. */
  async trouble(rules: readonly FaultRule[], ms: number): Promise<void> {
    const usual = this.#faults;
    await this.setFaults([...usual, ...rules]);
    await Bun.sleep(ms);
    await this.setFaults(usual);
  }

  async control(name: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.url}/_sim/${name}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  }

  /** Kills whatever still runs, and lets nothing more be started. Idempotent. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.runs.map(({ execution }) => execution.stop("SIGKILL")));
  }

  async #helper(helper: Helper): Promise<number | undefined> {
    const children = (await this.#service?.children().catch(() => [])) ?? [];
    for (const pid of children) {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (command.split("\0").includes(helper)) return pid;
    }
    return undefined;
  }

  #run(name: string, args: readonly string[], environment: Record<string, string> = {}): Execution {
    if (this.#isOver) throw new Error("the round is over");
    const execution = new Execution(args, environment);
    const number = this.runs.filter((run) => run.name.startsWith(name)).length + 1;
    this.runs.push({ name: `${name}-${number}`, execution });
    return execution;
  }
}

/** @returns false when it has gone already. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}
