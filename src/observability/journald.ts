import { fstatSync } from "node:fs";
import type { LogLevel } from "./logger.ts";

/** Syslog's numbers, as sd-daemon(3) has them: the journal reads them off the beginning of a line. */
const PRIORITY = { error: "<3>", warn: "<4>", info: "<6>", debug: "<7>" } as const;

/** True when what is written to the descriptor goes to the journal: systemd says which file that is, others inherit it. */
export function isJournal(stream: string | undefined, descriptor: number): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** Every line gets the priority, because the journal makes an entry of each. */
export function withPriority(text: string, level: LogLevel): string {
  const priority = PRIORITY[level];
  return priority + text.replace(/\n(?=.)/g, `\n${priority}`);
}
