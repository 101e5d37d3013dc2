import { loadLlamaLazily } from "../inference/engines/load-llama-lazily.ts";
import { guardAgainstOrphaning } from "../inference/runner/orphan-guard.ts";
import { Runner } from "../inference/runner/runner.ts";

const USAGE_ERROR = 2;

/**
 * Hidden command `runner <engine>`: one native engine in a process of its own, steered by the service that started it.
 * @returns the exit code
 */
export async function runRunner(args: readonly string[]): Promise<number> {
  const send = process.send?.bind(process);
  if (args.length !== 1 || args[0] !== "text" || send === undefined) {
    process.stderr.write("runner: this command is started by the service only\n");
    return USAGE_ERROR;
  }
  // Windows sends Ctrl+C to every process of a console; only the service decides when a runner ends.
  process.on("SIGINT", () => undefined);
  const guard = guardAgainstOrphaning();
  const runner = new Runner(
    {
      send: (message) => void send(message),
      onMessage: (listener) => void process.on("message", listener),
    },
    loadLlamaLazily,
  );
  await runner.run();
  guard.release();
  process.disconnect?.();
  return 0;
}
