import { Html } from "@elysiajs/html";

export const RANGE_NAMES = { hour: "Hour", day: "Day", week: "Week", month: "Month" } as const;

/** How far back a page looks. Links, so that each choice can be bookmarked. */
export function RangePicker({
  path,
  range,
}: {
  readonly path: string;
  readonly range: keyof typeof RANGE_NAMES;
}): string {
  return (
    <nav class="segments" aria-label="Time range">
      {Object.entries(RANGE_NAMES).map(([name, label]) => (
        <a href={`${path}?range=${name}`} aria-current={name === range ? "true" : undefined}>
          {label}
        </a>
      ))}
    </nav>
  ) as string;
}
