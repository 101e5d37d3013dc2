import type { Random } from "./random.ts";

export interface FaultRule {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** All the time: a slow and lying server, which widens the moments between two writes. */
export function slowServer(random: Random): FaultRule[] {
  const widget = { path: "*/canvases/*/*/*" };
  const when = () => random.pick(["before", "after"]);
  const latency = () => random.between(50, 300);
  return [
    { kind: "latency", method: "PATCH", ...widget, when: when(), ms: latency(), rate: 0.4 },
    { kind: "latency", method: "POST", path: "*/notes", when: when(), ms: latency(), rate: 0.5 },
    { kind: "latency", method: "GET", path: "*/widgets/*", ms: random.between(10, 80), rate: 0.3 },
    ...some(random, [
      { kind: "reset", when: "after", method: "POST", path: "*/notes", rate: 0.25 },
      { kind: "reset", when: "after", method: "POST", path: "*/images", rate: 0.25 },
      { kind: "reset", when: "after", method: "PATCH", ...widget, rate: 0.15 },
      { kind: "reset", when: "after", method: "DELETE", ...widget, rate: 0.25 },
      { kind: "stream-split", bytes: random.pick([0, 7, 64]), gap_ms: 1 },
      {
        kind: "stream-format",
        line_ending: random.pick(["lf", "crlf"]),
        deletions: random.pick(["full", "minimal"]),
        deltas: random.pick(["array", "object"]),
      },
    ]),
  ];
}

/** For a moment: what networks and proxies do. */
export function networkTrouble(random: Random): FaultRule[] {
  const troubles: FaultRule[] = [
    { kind: "status", status: 503, msg: "Busy", rate: 0.4 },
    { kind: "status", status: 502, body: "<html><h1>Bad Gateway</h1></html>", rate: 0.3 },
    { kind: "status", status: 429, msg: "Too many requests", rate: 0.3 },
    { kind: "status", status: 500, when: "after", msg: "Internal error", rate: 0.2 },
    { kind: "reset", when: "before", rate: 0.3 },
    { kind: "reset", when: "after", rate: 0.2 },
    { kind: "latency", ms: random.between(500, 2000), rate: 0.3 },
    { kind: "stall", path: "*/notes*" },
    { kind: "stall", path: "*/download" },
    { kind: "stream-drop", mode: random.pick(["reset", "end", "mid-frame"]) },
    { kind: "stream-stall" },
    { kind: "stream-garble", count: 2 },
  ];
  return random.shuffled(troubles).slice(0, random.between(1, 3));
}

function some<T>(random: Random, values: readonly T[]): T[] {
  return values.filter(() => random.chance(0.4));
}
