import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nanoid } from "nanoid";
import { App } from "../app.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { AppError } from "../errors/app-error.ts";
import { BUILTIN_DEMO } from "../models/builtin-demo.ts";
import { runUntilStopped } from "../service/run-until-stopped.ts";
import type { ShutdownResult } from "../service/shutdown.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { openServiceLog, type ServiceLog } from "./service-log.ts";

const USUAL_CANVAS_PORT = 8090;
const USUAL_DASHBOARD_PORT = 3000;

/**
 * `canvuslocallm demo`: a simulated Canvus server, the service and the demo model, all on loopback, with everything
 * they write in a temporary folder. @returns the exit code.
 */
export async function runDemo(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "canvuslocallm-demo-"));
  try {
    const token = nanoid();
    const port = freePort(USUAL_CANVAS_PORT);
    const visitor = Promise.withResolvers<void>();
    const simulator = await startSimulator({ port, token, seed: "demo", onVisitor: visitor.resolve });
    void visitor.promise.then(() => askBeforeTheirEyes(simulator));
    const config = await demoConfig(simulator, folder);
    // Else the first answers would push the addresses out of the window.
    const log = openServiceLog(config, process.env.CANVUSLLM_LOG_LEVEL ? "all" : "troubles");
    try {
      return await runUntilStopped(new Demo(simulator, config, log), log.logger);
    } finally {
      await log.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The seeded questions are answered long before a browser is open; this one is typed and answered while they look. */
async function askBeforeTheirEyes({ url, canvases }: Simulator): Promise<void> {
  const note = {
    canvas_id: canvases[0]?.id,
    text: "{{What is a baby frog called?}}",
    location: { x: 3960, y: 2980 },
    background_color: "#e6dcffff",
    cadence_ms: 70,
  };
  // Without this note the demo is still a demo.
  await fetch(`${url}/_sim/type-text`, { method: "POST", body: JSON.stringify(note) }).catch(() => undefined);
}

/** The simulator lives longer than the service: the service may write to it until it has stopped. */
class Demo {
  readonly #simulator: Simulator;
  readonly #app: App;

  readonly #password = nanoid(8);

  constructor(simulator: Simulator, config: Config, log: ServiceLog) {
    this.#simulator = simulator;
    this.#app = new App(config, this.#password, log);
  }

  async start(): Promise<void> {
    await this.#app.start();
    process.stdout.write(welcome(this.#simulator.url, this.#app.url, this.#password));
  }

  async stop(letWorkEnd: boolean): Promise<ShutdownResult> {
    const result = await this.#app.stop(letWorkEnd);
    await this.#simulator.stop();
    process.stdout.write("  The demo has stopped.\n");
    return result;
  }
}

async function demoConfig(simulator: Simulator, folder: string): Promise<Config> {
  // Only these settings count: the demo behaves the same on every machine, whatever is configured there.
  const environment = {
    CANVUS_SERVER: simulator.url,
    CANVUS_API_KEY: simulator.token,
    CANVAS_IDS: simulator.canvases.map((canvas) => canvas.id).join(","),
    LLAMA_MODEL_PATH: BUILTIN_DEMO,
    LLAMA_GPU: "off",
    PORT: String(freePort(USUAL_DASHBOARD_PORT)),
    CANVUSLLM_DATA_DIR: folder,
    CANVUSLLM_LOG_FORMAT: "pretty",
    CANVUSLLM_LOG_LEVEL: process.env.CANVUSLLM_LOG_LEVEL,
  };
  const loaded = await loadConfig({ environment, envFile: { directories: [] }, workingDirectory: folder });
  if (loaded.config) return loaded.config;
  const problems = loaded.problems.map((problem) => `${problem.subject} ${problem.message}`);
  throw new AppError("CONFIG_INVALID", `The demo cannot start: ${problems.join("; ")}`);
}

/** The usual port, or 0 (any free one) when another program has it. */
function freePort(usual: number): number {
  try {
    const probe = Bun.listen({ hostname: "127.0.0.1", port: usual, socket: { data() {} } });
    probe.stop(true);
    return usual;
  } catch {
    return 0;
  }
}

function welcome(canvasUrl: string, dashboardUrl: string, password: string): string {
  return `
  CanvusLocalLLM demo

  Canvas        ${canvasUrl}/
  Dashboard     ${dashboardUrl}/
  Password      ${password}

  Open the canvas in a browser. The questions on it are being answered; write your own in double braces.
  A tiny built-in demo model answers, it only knows a few facts. The log is on the dashboard.
  Stop with Ctrl+C. Nothing is kept.

`;
}
