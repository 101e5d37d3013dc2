import { toAppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import type { QueryOperations } from "./query-operations.ts";
import { classifyFailure } from "./storage-failure.ts";
import { WorkerLink } from "./worker-link.ts";

/**
 * In a worker of its own, because it reads the whole file: questions of the dashboard do not wait for it.
 * @returns what is wrong with the file; nothing when it is whole
 */
export async function checkIntegrity(file: string, worker: URL, logger: Logger): Promise<string[]> {
  const link = new WorkerLink<QueryOperations>({ url: worker, opening: () => null, logger });
  try {
    await link.call("open", [file]);
    const findings = await link.call("checkIntegrity", []);
    await link.call("close", []);
    return findings;
  } catch (error) {
    if (classifyFailure(error) === "damaged") return [toAppError(error).message];
    throw error;
  } finally {
    await link.stop();
  }
}
