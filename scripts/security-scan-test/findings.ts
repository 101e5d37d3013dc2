import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const Entry = Type.Object({
  method: Type.String(),
  path: Type.String(),
  info: Type.String(),
  parameter: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
const Kinds = Type.Record(Type.String(), Type.Array(Entry));
const Report = Type.Object({ vulnerabilities: Kinds, anomalies: Kinds });

interface Explanation {
  /** The whole of what wapiti says, without the numbers of its attack. */
  readonly said: string;
  readonly because: string;
}

/** What wapiti reports and is none, with the reason. */
const NO_FINDING: readonly Explanation[] = [
  {
    said: "HTTP Secure Headers: GET /: X-XSS-Protection is not set",
    because: "browsers have removed what this header switched; where it works it can be abused",
  },
  {
    said: "Cross Site Request Forgery: POST /login: Lack of anti CSRF token",
    because: "there is no session yet; forms of other sites are refused by Origin and Sec-Fetch-Site",
  },
];

export interface Findings {
  readonly found: readonly string[];
  /** Reported, but not counted. */
  readonly explained: readonly string[];
}

/** @throws Error when it is no report of wapiti */
export function wapitiFindings(report: unknown): Findings {
  if (!Value.Check(Report, report)) throw new Error("this is no report of wapiti");
  const found: string[] = [];
  const explained: string[] = [];
  for (const kinds of [report.vulnerabilities, report.anomalies]) {
    for (const [kind, entries] of Object.entries(kinds)) {
      for (const { method, path, info, parameter } of entries) {
        const line = `${kind}: ${method} ${path}${parameter ? ` (${parameter})` : ""}: ${info}`;
        const known = NO_FINDING.find(({ said }) => said === line);
        if (known === undefined) found.push(line);
        else explained.push(`${line}: ${known.because}`);
      }
    }
  }
  return { found, explained };
}

/** @param output of sqlmap; it has to say for each parameter that it may not be injected into */
export function sqlmapFindings(output: string, parameters: readonly string[]): Findings {
  const found = output.split("\n").filter((line) => /is vulnerable|injectable with|Payload: /i.test(line));
  const unseen = parameters.filter(
    (name) => !new RegExp(`GET parameter '${name}' does not seem to be injectable`).test(output),
  );
  return { found: [...found, ...unseen.map((name) => `sqlmap gave no verdict on ${name}`)], explained: [] };
}
