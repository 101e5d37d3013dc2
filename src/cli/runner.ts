import { guardAgainstOrphaning } from "../child-process/orphan-guard.ts";
import { loadEngine } from "../inference/engines/load-engine.ts";
import type { EngineKind } from "../inference/protocol.ts";
import { Runner } from "../inference/runner/runner.ts";

const USAGE_ERROR = 2;
/** What reads documents has a kind as well, though it holds no engine. */
const DOCUMENTS = "documents";
const KINDS: readonly string[] = ["text", "vision", "image", DOCUMENTS] satisfies (
  | EngineKind
  | "documents"
)[];

/**
 * Hidden command `runner <kind>`: one native engine in a process of its own, steered by the service that started it.
 * The kind of engine is for people who look at processes; what is loaded comes with the service's orders.
 * @returns the exit code
 */
export async function runRunner(args: readonly string[]): Promise<number> {
  const send = process.send?.bind(process);
  if (args.length !== 1 || !KINDS.includes(args[0] ?? "") || send === undefined) {
    process.stderr.write("runner: this command is started by the service only\n");
    return USAGE_ERROR;
  }
  // Windows sends Ctrl+C to every process of a console; only the service decides when a runner ends.
  process.on("SIGINT", () => undefined);
  const guard = guardAgainstOrphaning();
  const channel = {
    send: (message: object) => void send(message),
    onMessage: (listener: (message: unknown) => void) => void process.on("message", listener),
  };
  if (args[0] === DOCUMENTS) {
    const { serveDocuments } = await import("../documents/reader/serve-documents.ts");
    await serveDocuments(channel);
  }
  const runner = new Runner(channel, loadEngine);
  await runner.run();
  guard.release();
  process.disconnect?.();
  return 0;
}
