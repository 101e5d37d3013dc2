/** "" for the root, else a path such as `/ai` or `/a/b`: with a leading slash, without one at the end. */
export function normalizeBasePath(setting: string | undefined): string {
  const path = (setting ?? "").replace(/\/+$/, "");
  return path === "" || path.startsWith("/") ? path : `/${path}`;
}

/**
 * The path inside the dashboard. A reverse proxy may hand the base path on or take it off; both are common, so a
 * path without it is taken as it is.
 */
export function withoutBasePath(pathname: string, basePath: string): string {
  if (basePath === "" || !`${pathname}/`.startsWith(`${basePath}/`)) return pathname;
  return pathname.slice(basePath.length) || "/";
}
