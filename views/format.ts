/** How figures are written for people. All of them take null for "not known" and give a dash. */
const NOTHING = "–";

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

export function count(value: number | null): string {
  return value === null ? NOTHING : whole(value);
}

/** @param ms milliseconds */
export function duration(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (ms > 0 && ms < 1) return "< 1 ms";
  if (ms < 1000) return `${whole(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${tenths(seconds)} s`;
  const [minutes, rest] = divide(seconds, 60);
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  const [hours, restMinutes] = divide(minutes, 60);
  if (hours < 48) return restMinutes === 0 ? `${hours} h` : `${hours} h ${restMinutes} min`;
  const [days, restHours] = divide(hours, 24);
  return restHours === 0 ? `${days} days` : `${days} days ${restHours} h`;
}

/** Decimal units, as disks are sold and Linux' tools show them with --si. */
export function bytes(value: number | null): string {
  if (value === null) return NOTHING;
  let amount = value;
  let unit = 0;
  while (amount >= 999.5 && unit < BYTE_UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${(amount < 100 && unit > 0 ? tenths : whole)(amount)} ${BYTE_UNITS[unit]}`;
}

/** @param mebibytes as drivers tell the memory of GPUs */
export function videoMemory(mebibytes: number | null): string {
  if (mebibytes === null) return NOTHING;
  return mebibytes < 1024 ? `${whole(mebibytes)} MiB` : `${tenths(mebibytes / 1024)} GiB`;
}

/** @param share 0 to 1 */
export function percent(share: number | null): string {
  if (share === null) return NOTHING;
  // 99.96 % is not all.
  return `${tenths(share === 1 ? 100 : Math.min(99.9, share * 100))} %`;
}

export function perSecond(value: number | null): string {
  return value === null ? NOTHING : (value < 100 ? tenths : whole)(value);
}

/** How the figures of charts are written, by what they are: numbers, milliseconds, bytes, tokens per second. */
export const FIGURES = { count, duration, bytes, perSecond } as const;

export type FigureKind = keyof typeof FIGURES;

/** @param iso ISO 8601, UTC */
export function dateTime(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}

/** How long ago, in one unit. */
export function ago(iso: string | null, now: number): string {
  if (iso === null) return "never";
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

function whole(value: number): string {
  return tenths(Math.round(value));
}

/** Grouping digits takes ten times as long, and a page of charts has thousands of figures. */
function tenths(value: number): string {
  return Math.abs(value) < 1000 ? String(Math.round(value * 10) / 10) : GROUPED.format(value);
}

function divide(value: number, by: number): [number, number] {
  const whole = Math.floor(value / by);
  return [whole, Math.floor(value - whole * by)];
}
