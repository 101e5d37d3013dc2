import { AppError } from "../errors/app-error.ts";
import type { Canvas } from "./canvas.ts";

export interface ResolvedCanvas {
  readonly id: string;
  readonly name: string;
}

/** What resolving needs of the client. */
export interface CanvasDirectory {
  readonly host: string;
  listCanvases(signal?: AbortSignal): Promise<Canvas[]>;
  getCanvas(canvasId: string, signal?: AbortSignal): Promise<Canvas>;
}

/** A message is for people: it lists a few canvases, not a thousand. */
const MAX_LISTED = 10;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Finds the canvas an operator means: by id, by share link (`https://host/open/<id>`, `canvus+ssl://host/<id>`) or by
 * a name that only one canvas has.
 *
 * @throws AppError CANVUS_CANVAS_UNKNOWN when there is none, several or one in the trash; CANVUS_FORBIDDEN when the
 * service may only look at it; and what the requests throw.
 */
export async function resolveCanvas(
  client: CanvasDirectory,
  reference: string,
  signal?: AbortSignal,
): Promise<ResolvedCanvas> {
  const wanted = reference.trim();
  const link = parseShareLink(wanted);
  const canvas =
    link !== null
      ? await byId(client, link.canvasId, otherHost(link.host, client.host), signal)
      : UUID.test(wanted)
        ? await byId(client, wanted, "", signal)
        : await byName(client, wanted, signal);
  return usable(canvas);
}

async function byId(
  client: CanvasDirectory,
  canvasId: string,
  remark: string,
  signal: AbortSignal | undefined,
): Promise<Canvas> {
  try {
    return await client.getCanvas(canvasId, signal);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "CANVUS_FORBIDDEN") {
      throw new AppError("CANVUS_FORBIDDEN", `The service's user may not open canvas ${canvasId}.${remark}`, {
        context: { canvas_id: canvasId },
        cause: error,
      });
    }
    if (error.code !== "CANVUS_NOT_FOUND") throw error;
    const visible = await client.listCanvases(signal).catch(() => []);
    throw unknown(`There is no canvas with the id ${canvasId} on ${client.host}.${remark}`, visible);
  }
}

async function byName(
  client: CanvasDirectory,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Canvas> {
  const all = (await client.listCanvases(signal)).filter((canvas) => canvas.state !== "deleted");
  const alive = all.filter((canvas) => canvas.in_trash !== true);
  const matches = bestMatches(alive, name);
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  if (matches.length > 1) {
    throw unknown(`Several canvases are named "${name}"; use the id of one of them instead.`, matches);
  }
  const trashed = bestMatches(all, name)[0];
  if (trashed !== undefined) return trashed;
  throw unknown(`There is no canvas named "${name}" on ${client.host}.`, alive);
}

/** Ids need not look like UUIDs on every server, so a listed id wins; then exact names, then names in any case. */
function bestMatches(canvases: readonly Canvas[], wanted: string): Canvas[] {
  const folded = wanted.toLowerCase();
  for (const isMatch of [
    (canvas: Canvas) => canvas.id === wanted,
    (canvas: Canvas) => canvas.name === wanted,
    (canvas: Canvas) => canvas.name.trim().toLowerCase() === folded,
  ]) {
    const matches = canvases.filter(isMatch);
    if (matches.length > 0) return matches;
  }
  return [];
}

function usable(canvas: Canvas): ResolvedCanvas {
  const label = `Canvas "${canvas.name}" (${canvas.id})`;
  const context = { canvas_id: canvas.id, access: canvas.access };
  if (canvas.in_trash === true || canvas.state === "deleted") {
    throw new AppError("CANVUS_CANVAS_UNKNOWN", `${label} is in the trash.`, { context });
  }
  if (canvas.access !== undefined && canvas.access !== "edit" && canvas.access !== "owner") {
    throw new AppError(
      "CANVUS_FORBIDDEN",
      `${label} can only be viewed by the service's user (access "${canvas.access}"), so nothing could be answered.`,
      { context },
    );
  }
  return { id: canvas.id, name: canvas.name };
}

/** @returns null for anything that is not a link to a canvas. */
function parseShareLink(text: string): { host: string; canvasId: string } | null {
  if (!/^(https?|canvus(\+ssl)?):\/\//i.test(text)) return null;
  const url = URL.parse(text);
  if (url === null) return null;
  const segments = url.pathname.split("/").filter((segment) => segment !== "");
  const open = segments.indexOf("open");
  const canvasId = url.protocol.startsWith("http")
    ? open < 0
      ? undefined
      : segments[open + 1]
    : segments[0];
  return canvasId === undefined ? null : { host: url.host, canvasId };
}

/** A server can have several names, so another host is no error by itself, only worth a remark when nothing is found. */
function otherHost(linkHost: string, clientHost: string): string {
  if (linkHost.toLowerCase() === clientHost.toLowerCase()) return "";
  return ` The link points to ${linkHost}, but CANVUS_SERVER is ${clientHost}.`;
}

function unknown(message: string, canvases: readonly Canvas[]): AppError {
  const listed = canvases
    .filter((canvas) => canvas.in_trash !== true)
    .slice(0, MAX_LISTED)
    .map((canvas) => `"${canvas.name}" (${canvas.id})`);
  const more = canvases.length > MAX_LISTED ? ", …" : "";
  const list =
    listed.length === 0
      ? " The service's user can see no canvases."
      : ` Available: ${listed.join(", ")}${more}.`;
  return new AppError("CANVUS_CANVAS_UNKNOWN", message + list);
}
