const HEX_COLOR = /^#(?:[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** `#rrggbb` or `#rrggbbaa` in any case → lower-case `#rrggbbaa`; undefined for everything else (names, `#rgb`). */
export function normalizeColor(value: unknown): string | undefined {
  if (typeof value !== "string" || !HEX_COLOR.test(value)) return undefined;
  const lower = value.toLowerCase();
  return lower.length === 7 ? `${lower}ff` : lower;
}
