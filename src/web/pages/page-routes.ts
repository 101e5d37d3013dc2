import { Elysia } from "elysia";
import type { RenderPage } from "../page-frame.ts";
import type { WebSources } from "../web-sources.ts";
import { errorsRoutes } from "./errors.ts";
import { historyRoutes } from "./history.ts";
import { logsRoutes } from "./logs.ts";
import { metricsRoutes } from "./metrics.ts";
import { overviewRoutes } from "./overview.ts";

/** Every page behind the login. */
export function pageRoutes(render: RenderPage, sources: WebSources) {
  return new Elysia({ name: "pages" })
    .use(overviewRoutes(render, sources))
    .use(historyRoutes(render, sources))
    .use(metricsRoutes(render, sources))
    .use(errorsRoutes(render, sources))
    .use(logsRoutes(render, sources));
}
