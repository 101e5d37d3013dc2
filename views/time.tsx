import { Html } from "@elysiajs/html";
import { ago, dateTime } from "./format.ts";

/** A moment, in UTC. */
export function Time({ at }: { readonly at: string | null }): string {
  if (at === null) return "–";
  return (
    <time datetime={at} safe>
      {dateTime(at)}
    </time>
  ) as string;
}

/** How long ago a moment is; the moment itself on pointing at it. */
export function Ago({ at }: { readonly at: string | null }): string {
  if (at === null) return "–";
  return (
    <time datetime={at} title={`${dateTime(at)} UTC`} safe>
      {ago(at, Date.now())}
    </time>
  ) as string;
}
