import { styleText } from "node:util";

type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

/** Colours a piece of text, or leaves it alone where colours are not wanted. */
export type Paint = (style: Style, text: string) => string;

/** Follows NO_COLOR, FORCE_COLOR and whether the stream is a terminal. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}
