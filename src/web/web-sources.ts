import type { LogTail } from "../observability/log-tail.ts";
import type { StorageQueries } from "../storage/storage.ts";
import type { ServiceStatus } from "./api/status-schema.ts";
import { type Metrics, readMetrics } from "./read-metrics.ts";
import { type StatusParts, serviceStatus } from "./service-status.ts";
import { type LookAge, SharedLook } from "./shared-look.ts";
import type { Range } from "./time-span.ts";

/** Where the pages and the API take what they show. They change nothing. */
export interface WebSources {
  readonly status: () => Promise<ServiceStatus>;
  /** Names of the watched canvases by id; others are shown by their id. */
  readonly canvasNames: () => ReadonlyMap<string, string>;
  readonly query: StorageQueries;
  /** One look for all who ask at about the same time. */
  readonly metrics: (range: Range | undefined) => Promise<Metrics>;
  readonly logDirectory: string;
  readonly logTail: Pick<LogTail, "listen">;
}

/** Their youngest step is a minute. */
const METRICS_AGE: LookAge = { fresh: 2000, usable: 15_000 };

/** The parts of the service that the dashboard looks at. */
export interface WebParts extends StatusParts {
  readonly storage: StatusParts["storage"] & { readonly query: StorageQueries };
  readonly logDirectory: string;
  readonly logTail: Pick<LogTail, "listen">;
}

export function webSources(parts: WebParts): WebSources {
  const { canvases, storage, logDirectory, logTail } = parts;
  const metrics = new SharedLook((range: Range) => readMetrics(storage.query, range), METRICS_AGE);
  return {
    metrics: (range = "day") => metrics.get(range),
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
