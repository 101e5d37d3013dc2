import type { ChangeFeed } from "./change-feed.ts";
import type { JsonObject } from "./json.ts";

/** What a GET shows and, with `?subscribe`, keeps showing. */
export interface StreamSource {
  /** Collections stream arrays, single resources stream bare objects. */
  readonly shape: "collection" | "single";
  /** The current state: all items of the collection, or exactly one. */
  snapshot(): readonly JsonObject[];
  /** Absent for resources that never change while the simulator runs. */
  readonly feed?: ChangeFeed;
  /** What this watcher sees of a changed item; undefined when it is none of its business. */
  view(item: JsonObject): JsonObject | undefined;
}

/** A resource without changes: it streams its first frame and keep-alives. */
export function fixedSource(shape: StreamSource["shape"], items: readonly JsonObject[]): StreamSource {
  return { shape, snapshot: () => items, view: (item) => item };
}
