import { Html } from "@elysiajs/html";

/** What to do, for people; what stands between backticks is to be typed as it is. */
export function Advice({ text }: { readonly text: string }): string {
  const parts = text.split("`");
  return parts
    .map((part, at) => (at % 2 === 0 ? <span safe>{part}</span> : <code safe>{part}</code>))
    .join("");
}
