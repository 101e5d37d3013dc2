export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "environment"; readonly name: string }
  /** The system's service manager puts it into the environment of the installed service. */
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "file"; readonly name: string; readonly path: string; readonly line: number };

export interface ConfigProblem {
  /** The variable, or the file when the file itself is the trouble. */
  readonly subject: string;
  readonly origin?: Origin;
  /** What is wrong and what is wanted, completing the sentence "SUBJECT …"; never contains a secret. */
  readonly message: string;
}

/** Secrets are shown like this, whatever their length. */
export const MASK = "********";

const SHOWN_LENGTH = 60;

/** Where a value came from, for people: `environment`, `/etc/x/.env:12`, `service`, `default`. */
export function describeOrigin(origin: Origin): string {
  return origin.kind === "file" ? `${origin.path}:${origin.line}` : origin.kind;
}

/** One line for one problem. */
export function formatProblem(problem: ConfigProblem): string {
  const where =
    problem.origin && problem.origin.kind !== "default" ? ` (${describeOrigin(problem.origin)})` : "";
  return `${problem.subject}${where} ${problem.message}`;
}

/**
 * What was got, quoted on one line and short; credentials inside addresses are left out. Further lines are only counted:
 * a quote that is never closed takes the settings below it into the value, and with them their secrets.
 */
export function quoteValue(text: string, secret: boolean): string {
  if (secret) return MASK;
  const [line = "", ...more] = text.split(/\r\n|\n|\r/);
  const safe = line.replace(/\/\/[^/\s]*@/g, `//${MASK}@`);
  const quoted = JSON.stringify(safe.length > SHOWN_LENGTH ? `${safe.slice(0, SHOWN_LENGTH)}…` : safe);
  if (more.length === 0) return quoted;
  return `${quoted} and ${more.length === 1 ? "one more line" : `${more.length} more lines`}`;
}
