import { Elysia } from "elysia";
import type { Session } from "./sessions.ts";

/** Who asks, as every route may know it. */
export interface Visitor {
  /** Of the browser; behind a trusted proxy the one that the proxy tells. */
  readonly address: string;
  /** True when the browser speaks HTTPS. */
  readonly secure: boolean;
  /** "" or the path under which the dashboard lives, such as `/ai`. Every link begins with it. */
  readonly basePath: string;
  /** Path and query of this request as the browser sees them, base path included. */
  readonly path: string;
  /** Always there except on the login page and the health routes. */
  readonly session: Session | undefined;
  /** For live streams: from now on the connection may be silent for as long as it likes. */
  keepOpen(): void;
}

const visitors = new WeakMap<Request, Visitor>();

/** Attaches the visitor to the request that goes to the routes. */
export function introduce(request: Request, visitor: Visitor): void {
  visitors.set(request, visitor);
}

/** @throws Error for a request that did not come through the web server: a mistake in the program. */
export function visitorOf(request: Request): Visitor {
  const visitor = visitors.get(request);
  if (visitor === undefined) throw new Error("a request reached a route without a visitor");
  return visitor;
}

/** Gives the routes of an Elysia instance that uses it `visitor`. */
export const withVisitor = new Elysia({ name: "visitor" }).derive({ as: "scoped" }, ({ request }) => ({
  visitor: visitorOf(request),
}));
