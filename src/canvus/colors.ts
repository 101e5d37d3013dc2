/** Channels and alpha from 0 to 255. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** The three colour fields of a note, always sent together: servers answer 409 to some partial combinations. */
export interface NoteColors {
  readonly auto_text_color: false;
  readonly background_color: string;
  readonly text_color: string;
}

const BLACK: Color = { r: 0, g: 0, b: 0, a: 255 };
const WHITE: Color = { r: 255, g: 255, b: 255, a: 255 };
/** How far an answer's lightness (0..1) moves away from its trigger's: clearly another note, clearly a relative. */
const LIGHTNESS_STEP = 0.12;

/** Reads `#rrggbb` and `#rrggbbaa`, in any case; the server knows no other notation. */
export function parseColor(text: string | undefined): Color | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/i.exec(text?.trim() ?? "");
  if (match === null) return null;
  const [, r = "0", g = "0", b = "0", a = "ff"] = match;
  return { r: parseInt(r, 16), g: parseInt(g, 16), b: parseInt(b, 16), a: parseInt(a, 16) };
}

/** Lower-case `#rrggbbaa`, as the server itself writes colours. */
export function formatColor(color: Color): string {
  const hex = [color.r, color.g, color.b, color.a].map((channel) =>
    Math.round(Math.min(255, Math.max(0, channel)))
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${hex.join("")}`;
}

/** WCAG 2.1 contrast of two opaque colours, 1 to 21; 4.5 is the minimum for running text. */
export function contrastRatio(one: Color, other: Color): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Black or white, whichever reads better; one of the two always has a contrast of at least 4.58. */
export function readableTextColor(background: Color): Color {
  const opaque = overWhite(background);
  return contrastRatio(opaque, BLACK) >= contrastRatio(opaque, WHITE) ? BLACK : WHITE;
}

/** Beside what has no colour of its own, PDFs and pictures: the violet of the AI icons, very light. */
const LIGHT_VIOLET = "#e9e4ffff";

/** Colours of an answer: the trigger's hue, one step darker (on dark notes: lighter), opaque, readable. */
export function answerColors(triggerBackground: string | undefined): NoteColors {
  if (triggerBackground === undefined) return noteColors(LIGHT_VIOLET);
  const trigger = overWhite(parseColor(triggerBackground) ?? WHITE);
  const { hue, saturation, lightness } = toHsl(trigger);
  const step = lightness > 0.35 ? -LIGHTNESS_STEP : LIGHTNESS_STEP;
  const background = fromHsl(hue, saturation, lightness + step);
  return noteColors(formatColor(background));
}

/** The whole triple for a given background; an unreadable notation is passed on for the server to judge. */
export function noteColors(background: string, text?: string): NoteColors {
  const readable = formatColor(readableTextColor(parseColor(background) ?? WHITE));
  return { auto_text_color: false, background_color: background, text_color: text ?? readable };
}

function overWhite(color: Color): Color {
  const mix = (channel: number) => Math.round((channel * color.a + 255 * (255 - color.a)) / 255);
  return { r: mix(color.r), g: mix(color.g), b: mix(color.b), a: 255 };
}

/** Relative luminance as WCAG 2.1 defines it. */
function luminance(color: Color): number {
  const linear = (channel: number) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

function toHsl(color: Color): { hue: number; saturation: number; lightness: number } {
  const [r, g, b] = [color.r / 255, color.g / 255, color.b / 255];
  const max = Math.max(r, g, b);
  const chroma = max - Math.min(r, g, b);
  const lightness = max - chroma / 2;
  if (chroma === 0) return { hue: 0, saturation: 0, lightness };
  const sector =
    max === r ? ((g - b) / chroma + 6) % 6 : max === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
  return { hue: sector * 60, saturation: chroma / (1 - Math.abs(2 * lightness - 1)), lightness };
}

function fromHsl(hue: number, saturation: number, lightness: number): Color {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return { r: channel(0), g: channel(8), b: channel(4), a: 255 };
}
