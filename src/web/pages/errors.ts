import { Elysia } from "elysia";
import { errorsPage } from "../../../views/errors/errors-page.tsx";
import { ERRORS_QUERY } from "../api/errors-api.ts";
import type { RenderPage } from "../page-frame.ts";
import { readErrors } from "../read-errors.ts";
import { withVisitor } from "../visitor.ts";
import type { WebSources } from "../web-sources.ts";

export function errorsRoutes(render: RenderPage, { query: database }: WebSources) {
  return new Elysia({ name: "errors" }).use(withVisitor).get(
    "/errors",
    async ({ visitor, query }) => {
      const body = errorsPage({
        view: await readErrors(database, query),
        basePath: visitor.basePath,
        code: query.code,
        isOlder: query.before !== undefined,
      });
      return render(visitor, { title: "Errors", active: "errors", body });
    },
    { query: ERRORS_QUERY },
  );
}
