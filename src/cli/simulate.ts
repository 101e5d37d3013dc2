import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { nanoid } from "nanoid";
import { consoleOutput } from "../observability/console-output.ts";
import { createLogger } from "../observability/create-logger.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { UsageError } from "./usage-error.ts";
import { waitForSignal } from "./wait-for-signal.ts";

export interface SimulateOptions {
  readonly port: number;
  readonly host: string;
  /** A new one is made when there is none. */
  readonly token?: string;
  readonly canvas?: readonly string[];
  readonly seed: "demo" | "empty";
  /** File that outlives the process; without it nothing is kept. */
  readonly state?: string;
}

/**
 * `canvuslocallm simulate`: stdout gets one JSON line when it is ready, nothing else.
 * @returns the exit code.
 * @throws AppError PORT_IN_USE; UsageError
 */
export async function simulate(options: SimulateOptions): Promise<number> {
  if (options.state !== undefined && !existsSync(dirname(resolve(options.state))))
    throw new UsageError(`There is no folder ${dirname(resolve(options.state))} for the file of --state`);
  const token = options.token ?? nanoid();
  const logger = createLogger({ level: "info", secrets: [token], outputs: [consoleOutput("auto")] });
  const signal = waitForSignal();
  const simulator = await startSimulator({
    hostname: options.host,
    port: options.port,
    token,
    seed: options.seed,
    canvases: options.canvas?.map((id) => ({ id })) ?? [{}],
    ...(options.state === undefined ? {} : { stateFile: options.state }),
    logger,
  });
  const { url, canvases } = simulator;
  process.stdout.write(`${JSON.stringify({ event: "ready", url, token, canvases })}\n`);
  const exitCode = await signal;
  await simulator.stop();
  return exitCode;
}
