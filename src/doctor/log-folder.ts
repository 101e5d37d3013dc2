import { join } from "node:path";
import type { Config } from "../config/schema.ts";

/** Where the service writes its log files; undefined when that setting is wrong. */
export function logFolder(settings: Partial<Config>): string | undefined {
  const data = settings.CANVUSLLM_DATA_DIR;
  return data === undefined ? undefined : join(data, "logs");
}
