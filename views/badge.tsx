import { Html } from "@elysiajs/html";
import type { Tone } from "./words.ts";

/** A state in a word, with a colour that only underlines it. */
export function Badge({ tone, text }: { readonly tone: Tone; readonly text: string }): string {
  return (
    <span class={`badge ${tone}`} safe>
      {text}
    </span>
  ) as string;
}
