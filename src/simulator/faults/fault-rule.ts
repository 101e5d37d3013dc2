/**
 * The faults that `POST /_sim/faults` switches on. The body is one rule, an array of rules, or `{"rules": […]}`; the
 * reply lists all rules in force with their `id` and how often each has `hits`. `DELETE /_sim/faults` removes all of
 * them, `DELETE /_sim/faults?id=…` one; what they held back then goes on.
 *
 * Filters, all optional: `path` (a glob over the path without query, `*` is any text; default everything under
 * /api/v1), `method`, `subscribe` (true: only requests that open a stream; false: only others), `rate` (share of the
 * matching requests or frames that is hit, spread evenly: 0.5 is every second one; default 1) and `count` (hits
 * after which the rule has done its work; default no end).
 *
 * Rules for requests (`when`: "before" the request has any effect, the default, or "after" it was applied):
 *
 *     {"kind": "status", "status": 503, "msg": "Busy", "body": "<html>…"}   answer this; `body` is sent raw instead of {"msg"}
 *     {"kind": "latency", "ms": 2000}                                       answer that much later
 *     {"kind": "stall"}                                                     do not go on until the rule is removed
 *     {"kind": "reset", "when": "after"}                                    reset the connection instead of answering
 *
 * Rules for open streams:
 *
 *     {"kind": "stream-drop", "mode": "reset" | "end" | "mid-frame"}  now, once: reset or end the streams; "mid-frame"
 *                                                                     sends half of the next frame, then resets
 *     {"kind": "stream-stall", "ms": 5000}      no byte at all, until removed or `ms` later; then everything arrives
 *     {"kind": "stream-garble", "count": 1}     frames arrive as lines that are no JSON
 *     {"kind": "stream-split", "bytes": 7, "gap_ms": 5}   frames arrive in pieces of that many bytes; `bytes` 0 cuts
 *                                                         once, inside the first multi-byte character
 *     {"kind": "stream-no-keep-alive"}          no more blank lines
 *     {"kind": "stream-format", "line_ending": "lf" | "crlf", "deletions": "full" | "minimal", "deltas": "array" | "object"}
 *                                               legal variants: line ends, deleted objects with id, state and
 *                                               widget_type only, changes as bare objects on collections
 */
export type FaultRule = RequestRule | StreamRule;

interface Filters {
  readonly id: string;
  readonly path: string;
  readonly method?: string;
  readonly subscribe?: boolean;
  readonly rate: number;
  readonly count?: number;
}

interface RequestFilters extends Filters {
  readonly when: "before" | "after";
}

export type RequestRule =
  | (RequestFilters & {
      readonly kind: "status";
      readonly status: number;
      readonly msg: string;
      readonly body?: string;
    })
  | (RequestFilters & { readonly kind: "latency"; readonly ms: number })
  | (RequestFilters & { readonly kind: "stall" })
  | (RequestFilters & { readonly kind: "reset" });

export type StreamRule =
  | (Filters & { readonly kind: "stream-drop"; readonly mode: "reset" | "end" | "mid-frame" })
  | (Filters & { readonly kind: "stream-stall"; readonly ms?: number })
  | (Filters & { readonly kind: "stream-garble" })
  | (Filters & { readonly kind: "stream-split"; readonly bytes: number; readonly gap_ms: number })
  | (Filters & { readonly kind: "stream-no-keep-alive" })
  | (Filters & StreamFormat & { readonly kind: "stream-format" });

/** How frames are written where the protocol leaves a choice. */
export interface StreamFormat {
  readonly line_ending: "lf" | "crlf";
  readonly deletions: "full" | "minimal";
  readonly deltas: "array" | "object";
}

export const DEFAULT_FORMAT: StreamFormat = { line_ending: "lf", deletions: "full", deltas: "array" };

export function isRequestRule(rule: FaultRule): rule is RequestRule {
  return !rule.kind.startsWith("stream-");
}
