import { Html } from "@elysiajs/html";

const HEIGHT = 20;

/** The course of a figure at a glance. */
export function Sparkline({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}): string {
  const top = Math.max(1, ...values);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${values.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line class="grid-line" x1="0" x2={String(values.length)} y1={String(HEIGHT)} y2={String(HEIGHT)} />
      {values.map((value, index) => {
        // What happened once must be seen beside what happened a thousand times.
        const height = value === 0 ? 0 : Math.max(2, (value / top) * HEIGHT);
        return height === 0 ? (
          ""
        ) : (
          <rect
            x={String(index + 0.1)}
            width="0.8"
            y={String(HEIGHT - height)}
            height={String(height)}
            class="series-bad"
          />
        );
      })}
    </svg>
  ) as string;
}
