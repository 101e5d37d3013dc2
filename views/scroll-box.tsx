import { Html } from "@elysiajs/html";

export interface ScrollBoxProps {
  /** What is in it, for screen readers: in words, or as the id of its heading. */
  readonly label?: string;
  readonly labelledBy?: string;
  readonly children: JSX.Element;
}

/** A table that scrolls inside its own box on narrow screens. It takes the focus, so that arrow keys scroll it. */
export function ScrollBox({ label, labelledBy, children }: ScrollBoxProps): string {
  const attributes = { "aria-label": label, "aria-labelledby": labelledBy, tabindex: "0" };
  return (
    <section class="table-box" {...attributes}>
      {children}
    </section>
  ) as string;
}
