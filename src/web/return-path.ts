/** Longer ones are no links of ours. */
const LONGEST = 2000;

/**
 * Where to go after the login: `next` when it is a page of this dashboard, else its first page. An address that
 * leads anywhere else would make our login page the bait of somebody else's.
 *
 * @param next path and query as the login form brought them.
 */
export function safeReturnPath(next: string | undefined, basePath: string): string {
  const home = `${basePath}/`;
  if (next === undefined || next.length > LONGEST || !next.startsWith("/")) return home;
  // Read it as the browser will: it takes \ for /, drops tabs and line ends, and resolves dots.
  const url = URL.parse(next, "http://dashboard.invalid");
  if (url === null || url.host !== "dashboard.invalid" || url.protocol !== "http:") return home;
  const path = url.pathname;
  if (path.startsWith("//") || !`${path}/`.startsWith(home)) return home;
  if (path === `${basePath}/login` || path === `${basePath}/logout`) return home;
  return path + url.search;
}
