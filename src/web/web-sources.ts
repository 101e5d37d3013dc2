import type { LogTail } from "../observability/log-tail.ts";
import type { StorageQueries } from "../storage/storage.ts";
import type { ServiceStatus } from "./api/status-schema.ts";
import { type StatusParts, serviceStatus } from "./service-status.ts";

/** Where the pages and the API take what they show. They change nothing. */
export interface WebSources {
  readonly status: () => Promise<ServiceStatus>;
  /** Names of the watched canvases by id; others are shown by their id. */
  readonly canvasNames: () => ReadonlyMap<string, string>;
  readonly query: StorageQueries;
  readonly logDirectory: string;
  readonly logTail: Pick<LogTail, "listen">;
}

/** The parts of the service that the dashboard looks at. */
export interface WebParts extends StatusParts {
  readonly storage: StatusParts["storage"] & { readonly query: StorageQueries };
  readonly logDirectory: string;
  readonly logTail: Pick<LogTail, "listen">;
}

export function webSources(parts: WebParts): WebSources {
  const { canvases, storage, logDirectory, logTail } = parts;
  return {
    status: serviceStatus(parts),
    canvasNames: () =>
      new Map(
        canvases.status().flatMap(({ canvasId, name }) => (canvasId === null ? [] : [[canvasId, name]])),
      ),
    query: storage.query,
    logDirectory,
    logTail,
  };
}
