import type { EngineStatus } from "../local-engine.ts";
import type { EngineKind } from "../protocol.ts";
import type { ServerClient } from "./server-client.ts";

/** How an engine is whose model runs on a server: as that server is. @param model null while it is not known */
export function remoteStatus(kind: EngineKind, client: ServerClient, model: string | null): EngineStatus {
  const { server, status } = client;
  const { isKnown, error, active, queued, refused } = status;
  // One that takes no more for a while takes them after it.
  const usable = isKnown && (error === null || error.code === "REMOTE_RATE_LIMITED");
  return {
    kind,
    name: model ?? server.host,
    endpoint: server.endpoint,
    state: usable ? "ready" : isKnown ? "failed" : "starting",
    usable,
    model: null,
    download: null,
    error: error === null || usable ? null : { code: error.code, message: error.message },
    ...{ active, queued, refused },
    crashes: 0,
    pid: null,
    residentBytes: 0,
  };
}
