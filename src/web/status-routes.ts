import { Elysia } from "elysia";
import { statusPage } from "../../views/status-page.tsx";
import type { Readiness } from "./health.ts";
import type { RenderPage } from "./page-frame.ts";
import { withVisitor } from "./visitor.ts";

/** The first page: whether prompts are answered. */
export function statusRoutes(render: RenderPage, readiness: () => Promise<Readiness>) {
  return new Elysia({ name: "status" })
    .use(withVisitor)
    .get("/", async ({ visitor }) =>
      render(visitor, { title: "Overview", active: "overview", body: statusPage(await readiness()) }),
    );
}
