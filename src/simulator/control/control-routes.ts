import type { FaultPlan } from "../faults/fault-plan.ts";
import type { FaultRule } from "../faults/fault-rule.ts";
import { parseFaultRules } from "../faults/parse-fault-rules.ts";
import { badRequest, HttpFailure } from "../http-failure.ts";
import { type JsonObject, parseJsonObject } from "../json.ts";
import type { StreamHub } from "../stream-hub.ts";
import type { World } from "../world.ts";
import type { WriteLog } from "../write-log.ts";
import { crowd } from "./crowd.ts";
import { dropIcon } from "./drop-icon.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import type { Typist } from "./typist.ts";

export const CONTROL_PREFIX = "/_sim";
const MAX_FAULT_BYTES = 256 * 1024;
const MAX_HELPER_BYTES = 32 * 1024 * 1024;

export interface ControlParts {
  readonly world: World;
  readonly hub: StreamHub;
  readonly plan: FaultPlan;
  readonly log: WriteLog;
  readonly typist: Typist;
  readonly token: string;
  /** Told each time somebody opens the page at /. */
  readonly onVisitor: () => void;
}

/**
 * What lies outside the API, for tests and the demo's page:
 *
 *     POST, GET, DELETE /_sim/faults     see faults/fault-rule.ts
 *     GET /_sim/log[?after=SEQ]          {entries, total, dropped}: the writes received; DELETE clears it
 *     GET /_sim/state                    counters: streams, canvases, widgets, asset bytes
 *     GET /_sim/page                     token and canvases, for the page at /
 *     POST /_sim/type-text               control/typist.ts
 *     POST /_sim/crowd                   control/crowd.ts
 *     POST /_sim/drop-icon               control/drop-icon.ts
 *     POST /_sim/snapshot                control/take-snapshot.ts
 *
 * @throws HttpFailure 400, 404, 405, 413
 */
export async function handleControl(parts: ControlParts, request: Request, url: URL): Promise<Response> {
  const { world, hub, plan, log } = parts;
  const action = `${request.method} ${url.pathname.slice(CONTROL_PREFIX.length)}`;
  switch (action) {
    case "GET /faults":
      return Response.json({ rules: plan.rules });
    case "POST /faults":
      return Response.json(
        addFaults(parts, parseFaultRules(parseAny(await readText(request, MAX_FAULT_BYTES)))),
      );
    case "DELETE /faults":
      plan.remove(url.searchParams.get("id") ?? undefined);
      return Response.json({ rules: plan.rules });
    case "GET /log":
      return Response.json({
        entries: log.since(Number(url.searchParams.get("after") ?? 0)),
        total: log.total,
        dropped: log.dropped,
      });
    case "DELETE /log":
      log.clear();
      return new Response(null);
    case "GET /state":
      return Response.json(describe(world, hub));
    case "GET /page":
      parts.onVisitor();
      return Response.json({ token: parts.token, canvases: listCanvases(world) });
    case "POST /type-text":
      return Response.json(await parts.typist.type(await readHelperBody(request)));
    case "POST /crowd":
      return Response.json(await crowd(world, await readHelperBody(request)));
    case "POST /drop-icon":
      return Response.json(await dropIcon(world, await readHelperBody(request)));
    case "POST /snapshot":
      return Response.json(takeSnapshot(world, await readHelperBody(request)));
    default:
      throw new HttpFailure(404, `Nothing at ${action}`);
  }
}

/** Drops strike at once and are over; everything else stays in force. */
function addFaults(parts: ControlParts, rules: readonly FaultRule[]): JsonObject {
  const { hub, plan } = parts;
  let dropped = 0;
  const standing: FaultRule[] = [];
  for (const rule of rules) {
    if (rule.kind !== "stream-drop" || rule.mode === "mid-frame") {
      // Without a count each reconnect would be cut off in its first frame, for ever.
      standing.push(rule.kind === "stream-drop" ? { count: 1, ...rule } : rule);
      continue;
    }
    let left = rule.count ?? Number.POSITIVE_INFINITY;
    dropped += hub.drop(rule.mode, (stream) => plan.covers(rule, stream.path) && left-- > 0);
  }
  plan.add(standing);
  for (const rule of standing) {
    if (rule.kind === "stream-stall" && rule.ms !== undefined)
      setTimeout(() => plan.remove(rule.id), rule.ms).unref();
  }
  return { rules: plan.rules, added: standing.map((rule) => rule.id), streams_dropped: dropped };
}

function describe(world: World, hub: StreamHub): JsonObject {
  return {
    streams: hub.paths,
    canvases: world.catalog.records.map((record) => ({
      id: record.canvas.id,
      name: record.name,
      widgets: record.canvas.widgets.length,
    })),
    asset_bytes: world.assets.totalBytes,
  };
}

function listCanvases(world: World): readonly JsonObject[] {
  return world.catalog.records.map((record) => ({ id: record.canvas.id, name: record.name }));
}

async function readHelperBody(request: Request): Promise<JsonObject> {
  return parseJsonObject(await readText(request, MAX_HELPER_BYTES));
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > maxBytes) throw new HttpFailure(413, "Request body too large");
  return new TextDecoder().decode(bytes);
}

function parseAny(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("Malformed JSON");
  }
}
