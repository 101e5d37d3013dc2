import { setTimeout } from "node:timers/promises";
import type { Widget } from "../canvus/widget.ts";
import { GUEST } from "./accounts.ts";
import { type ApiRequest, type Reply, wantsStream } from "./api-request.ts";
import type { FaultPlan, RequestFacts } from "./faults/fault-plan.ts";
import type { RequestRule } from "./faults/fault-rule.ts";
import { HttpFailure } from "./http-failure.ts";
import { isJsonObject } from "./json.ts";
import { dispatch } from "./routes/dispatch.ts";
import type { StreamHub } from "./stream-hub.ts";
import type { World } from "./world.ts";
import type { WriteLog } from "./write-log.ts";

export const API_PREFIX = "/api/v1";

interface Outcome {
  readonly status: number;
  readonly applied: boolean;
  readonly widget?: Widget;
  readonly respond: () => Response;
}

/** The REST API: authentication, routing, the write log, and the faults around all of it. */
export class Api {
  readonly #world: World;
  readonly #hub: StreamHub;
  readonly #plan: FaultPlan;
  readonly #log: WriteLog;

  constructor(world: World, hub: StreamHub, plan: FaultPlan, log: WriteLog) {
    this.#world = world;
    this.#hub = hub;
    this.#plan = plan;
    this.#log = log;
  }

  async handle(http: Request, url: URL): Promise<Response> {
    const path = url.pathname.replace(/\/+$/, "");
    const facts: RequestFacts = { method: http.method, path, subscribe: wantsStream(url.searchParams) };
    const before = this.#plan.takeRequestFaults("before", facts);
    let outcome = await this.#meet(before, undefined);
    let struck = before;
    let logged: number | undefined;
    if (outcome === undefined) {
      const applied = await this.#apply(http, url, path);
      const after = this.#plan.takeRequestFaults("after", facts);
      struck = [...before, ...after];
      // What changed the world is on record at once: the server may be killed while a fault holds its answer back.
      logged = this.#record(facts, { ...applied, status: after.length === 0 ? applied.status : 0 }, struck);
      outcome = (await this.#meet(after, applied)) ?? applied;
      if (logged !== undefined && after.length > 0) {
        this.#log.amend(logged, { status: outcome.status, faults: struck.map((rule) => rule.kind) });
      }
    } else this.#record(facts, outcome, struck);
    return outcome.respond();
  }

  /** @returns the number of the entry; undefined for requests that only read. */
  #record(
    { method, path }: RequestFacts,
    { status, applied, widget }: Outcome,
    struck: readonly RequestRule[],
  ): number | undefined {
    if (method === "GET" || method === "HEAD") return undefined;
    return this.#log.add({
      time: new Date().toISOString(),
      method,
      path,
      status,
      applied,
      faults: struck.map((rule) => rule.kind),
      ...(widget === undefined ? {} : { widget }),
    });
  }

  /** Lets faults have their way; undefined when none of them decides the answer. */
  async #meet(faults: readonly RequestRule[], applied: Outcome | undefined): Promise<Outcome | undefined> {
    for (const fault of faults) {
      const done = {
        applied: applied?.applied ?? false,
        ...(applied?.widget ? { widget: applied.widget } : {}),
      };
      switch (fault.kind) {
        case "latency":
          // Without a reference: a long latency must not keep a stopped simulator's process alive.
          await Promise.race([setTimeout(fault.ms, undefined, { ref: false }), this.#plan.removal(fault.id)]);
          break;
        case "stall":
          await this.#plan.removal(fault.id);
          break;
        case "reset":
          return { ...done, status: 0, respond: resetConnection };
        case "status":
          return { ...done, status: fault.status, respond: () => faultResponse(fault) };
      }
    }
    return undefined;
  }

  async #apply(http: Request, url: URL, path: string): Promise<Outcome> {
    try {
      const request = this.#authenticate(http, url, path);
      const deleted = http.method === "DELETE" ? this.#widgetAt(request) : undefined;
      const reply = await dispatch(this.#world, request);
      const widget = deleted ?? widgetIn(reply);
      const respond = this.#responder(reply, request, path);
      return { status: 200, applied: true, respond, ...(widget === undefined ? {} : { widget }) };
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const body = { msg: error.message };
      return {
        status: error.status,
        applied: false,
        respond: () => Response.json(body, { status: error.status }),
      };
    }
  }

  /** @throws HttpFailure 401 for a token that is not valid, except where none is needed */
  #authenticate(http: Request, url: URL, path: string): ApiRequest {
    let segments: string[];
    try {
      segments = path.slice(API_PREFIX.length).split("/").filter(Boolean).map(decodeURIComponent);
    } catch {
      throw new HttpFailure(400, "Malformed path");
    }
    const token = http.headers.get("private-token");
    const caller = this.#world.accounts.resolve(token);
    const open =
      ["server-info", "server-config"].includes(segments[0] ?? "") || path.includes("/users/login");
    if (token !== null && caller === undefined && !open) throw new HttpFailure(401, "Invalid token");
    return { method: http.method, segments, query: url.searchParams, http, caller: caller ?? GUEST };
  }

  #widgetAt(request: ApiRequest): Widget | undefined {
    const [resource, canvasId = "", , widgetId = ""] = request.segments;
    if (resource !== "canvases") return undefined;
    const widget = this.#world.catalog.find(canvasId)?.canvas.find(widgetId);
    return widget === undefined ? undefined : { ...widget, state: "deleted" };
  }

  /** Opening a stream can still be refused, so it happens here and not when the response is sent. */
  #responder(reply: Reply, request: ApiRequest, path: string): () => Response {
    switch (reply.kind) {
      case "json":
        return () => Response.json(reply.body);
      case "empty":
        return () => new Response(null, { status: 200 });
      case "bytes":
        return () => new Response(reply.bytes, { headers: reply.headers });
      case "live": {
        const { source } = reply;
        if (wantsStream(request.query)) {
          const response = this.#hub.open(source, path, request.caller.token);
          return () => response;
        }
        const items = source.snapshot();
        return () => Response.json(source.shape === "collection" ? items : items[0]);
      }
    }
  }
}

function widgetIn(reply: Reply): Widget | undefined {
  if (reply.kind !== "json" || !isJsonObject(reply.body)) return undefined;
  const { id, widget_type: type } = reply.body;
  if (typeof id !== "string" || typeof type !== "string") return undefined;
  return { ...reply.body, id, widget_type: type };
}

function faultResponse(fault: Extract<RequestRule, { kind: "status" }>): Response {
  if (fault.body !== undefined) {
    return new Response(fault.body, { status: fault.status, headers: { "content-type": "text/html" } });
  }
  return Response.json({ msg: fault.msg }, { status: fault.status });
}

/** A response whose body breaks before its first byte makes Bun reset the connection. */
function resetConnection(): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error(undefined) }));
}
