import { createHash } from "node:crypto";
import { Elysia, NotFoundError } from "elysia";
import UPLOT from "uplot/dist/uPlot.min.css" with { type: "text" };
import ADAPTIVE from "../../views/assets/adaptive.css" with { type: "text" };
import BASE from "../../views/assets/base.css" with { type: "text" };
import CHARTS_STYLE from "../../views/assets/charts.css" with { type: "text" };
import FAVICON from "../../views/assets/favicon.svg" with { type: "text" };
import FORMS from "../../views/assets/forms.css" with { type: "text" };
import PAGES from "../../views/assets/pages.css" with { type: "text" };
import PARTS from "../../views/assets/parts.css" with { type: "text" };
import STANDALONE from "../../views/assets/standalone.css" with { type: "text" };
import TABLES from "../../views/assets/tables.css" with { type: "text" };
import THEME from "../../views/assets/theme.css" with { type: "text" };
import { bundleScript } from "./bundle-script.ts" with { type: "macro" };

interface Asset {
  readonly body: string;
  readonly type: string;
}

/** In this order: what adapts to the screen comes last and wins. */
const STYLE = [UPLOT, THEME, BASE, STANDALONE, PARTS, FORMS, TABLES, PAGES, CHARTS_STYLE, ADAPTIVE].join(
  "\n",
);
const SCRIPT = "text/javascript; charset=utf-8";

const ASSETS: Readonly<Record<string, Asset>> = {
  "style.css": { body: STYLE, type: "text/css; charset=utf-8" },
  "charts.js": { body: bundleScript("charts.ts"), type: SCRIPT },
  "live.js": { body: bundleScript("live.ts"), type: SCRIPT },
  "logs.js": { body: bundleScript("logs.ts"), type: SCRIPT },
  "favicon.svg": { body: FAVICON, type: "image/svg+xml" },
};

/** What the login page needs: open to everybody. */
const OPEN_ASSETS: ReadonlySet<string> = new Set(["/assets/style.css", "/assets/favicon.svg"]);

export function isOpenAsset(path: string): boolean {
  return OPEN_ASSETS.has(path);
}

/** The address carries a hash of the content: browsers keep the file for ever, and an update is seen at once. */
export function assetUrl(basePath: string, name: string): string {
  return `${basePath}/assets/${name}?v=${versionOf(name)}`;
}

export function assetRoutes() {
  return new Elysia({ name: "assets" }).get("/assets/:name", ({ params, query }) => {
    const asset = Object.hasOwn(ASSETS, params.name) ? ASSETS[params.name] : undefined;
    if (asset === undefined) throw new NotFoundError();
    const current = query.v === versionOf(params.name);
    return new Response(asset.body, {
      headers: {
        "content-type": asset.type,
        "cache-control": current ? "public, max-age=31536000, immutable" : "no-cache",
      },
    });
  });
}

const VERSIONS = new Map(
  Object.entries(ASSETS).map(([name, { body }]) => [
    name,
    createHash("sha256").update(body).digest("hex").slice(0, 12),
  ]),
);

function versionOf(name: string): string {
  return VERSIONS.get(name) ?? "";
}
