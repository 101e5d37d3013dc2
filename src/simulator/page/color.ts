/** Below this the canvas is meant to show through. */
const MOSTLY_OPAQUE = 0.6;

/** A colour of the protocol, or white for what is none. */
export function paperColor(color: string | undefined): string {
  return /^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(color ?? "") ? (color ?? "") : "#ffffffff";
}

/** Canvus draws answers slightly translucent; over white they stay paper on a dark canvas too. */
export function onPaper(color: string): string {
  const alpha = color.length === 9 ? Number.parseInt(color.slice(7), 16) / 255 : 1;
  return alpha < MOSTLY_OPAQUE ? color : `linear-gradient(${color}, ${color}), #ffffff`;
}

/** Black or white, whichever reads better on the colour. */
export function readableOn(color: string): string {
  const channel = (at: number) => Number.parseInt(color.slice(at, at + 2), 16) / 255;
  const luminance = 0.299 * channel(1) + 0.587 * channel(3) + 0.114 * channel(5);
  return luminance > 0.55 ? "#1d1a2b" : "#ffffff";
}
