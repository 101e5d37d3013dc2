import { Elysia } from "elysia";
import type { EventStreams } from "../events/event-streams.ts";
import { StatusFeed } from "../events/status-feed.ts";
import type { WebSources } from "../web-sources.ts";
import { errorsApi } from "./errors-api.ts";
import { eventsApi } from "./events-api.ts";
import { historyApi } from "./history-api.ts";
import { logsApi } from "./logs-api.ts";
import { metricsApi } from "./metrics-api.ts";
import { openApiRoute } from "./open-api.ts";
import { statusApi } from "./status-api.ts";

/** Everything that the pages show, for programs. */
export function apiRoutes(sources: WebSources, streams: EventStreams, version: string) {
  const api = new Elysia({ name: "api" })
    .use(statusApi(sources))
    .use(historyApi(sources))
    .use(metricsApi(sources))
    .use(errorsApi(sources))
    .use(logsApi(sources))
    .use(eventsApi(sources, streams, new StatusFeed(sources.status)));
  return new Elysia({ name: "api and its description" }).use(api).use(openApiRoute(api, version));
}
