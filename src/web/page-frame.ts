import { layout, type PageName, type StateBadge } from "../../views/layout.tsx";
import { assetUrl } from "./assets.ts";
import type { Readiness } from "./health.ts";
import { htmlResponse } from "./html-response.ts";
import type { Visitor } from "./visitor.ts";

interface PageContent {
  readonly title: string;
  /** Which entry of the navigation it belongs to. */
  readonly active?: PageName;
  /** Rendered JSX, already escaped. */
  readonly body: string;
  readonly status?: number;
  /** Names of assets that the page runs as modules. */
  readonly scripts?: readonly string[];
}

/** Puts a page into the frame that all of them share. */
export type RenderPage = (visitor: Visitor, page: PageContent) => Promise<Response>;

export function createPageFrame(version: string, readiness: () => Promise<Readiness>): RenderPage {
  return async (visitor, { title, active, body, status, scripts = [] }) => {
    const { basePath } = visitor;
    const html = layout({
      title,
      active,
      body,
      basePath,
      version,
      state: badgeOf(await readiness()),
      csrfToken: visitor.session?.csrfToken,
      styleUrl: assetUrl(basePath, "style.css"),
      iconUrl: assetUrl(basePath, "favicon.svg"),
      scriptUrls: scripts.map((name) => assetUrl(basePath, name)),
    });
    return htmlResponse(html, status);
  };
}

function badgeOf({ ready, notices }: Readiness): StateBadge {
  if (!ready) return { tone: "bad", text: "Not ready" };
  return notices.length > 0
    ? { tone: "warn", text: "Running, with notices" }
    : { tone: "good", text: "Running" };
}
