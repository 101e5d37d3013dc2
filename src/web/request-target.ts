/** What stands before the path of the requests that routes get. */
const INSIDE = "http://dashboard.internal";

/** Path and query of a request, dots resolved. */
export type RequestTarget = Pick<URL, "pathname" | "search">;

/**
 * @param address of the request as the server gives it: without scheme and host where the client named none, or an
 * impossible one
 * @returns null for what is no address at all
 */
export function requestTarget(address: string): RequestTarget | null {
  return URL.parse(address.startsWith("/") ? INSIDE + address : address);
}

/**
 * The request as the routes get it: with a host that is always the same. Elysia looks for the path behind a fixed
 * number of characters; whoever could choose the host could choose what it takes for the path, and have one path
 * checked and another one answered.
 *
 * HEAD becomes GET, see without-body.ts.
 */
export function insideRequest(request: Request, path: string, search: string): Request {
  const { method, headers, signal } = request;
  return new Request(INSIDE + path + search, method === "HEAD" ? { headers, signal } : request);
}
