import type { LogTail } from "../observability/log-tail.ts";
import type { StorageQueries } from "../storage/storage.ts";
import type { ServiceStatus } from "./api/status-schema.ts";

/** Where the pages and the API take what they show. They change nothing. */
export interface WebSources {
  readonly status: () => Promise<ServiceStatus>;
  /** Names of the watched canvases by id; others are shown by their id. */
  readonly canvasNames: () => ReadonlyMap<string, string>;
  readonly query: StorageQueries;
  readonly logDirectory: string;
  readonly logTail: Pick<LogTail, "listen">;
}
