import { Html } from "@elysiajs/html";
import { Advice } from "./advice.tsx";

export interface ErrorPageProps {
  readonly heading: string;
  readonly message: string;
  /** What to do; may be empty. */
  readonly hint: string;
  readonly homeUrl: string;
}

/** Inside the frame: something is not there or did not work. */
export function errorPage({ heading, message, hint, homeUrl }: ErrorPageProps): string {
  return (
    <section class="card empty">
      <h1 safe>{heading}</h1>
      <p safe>{message}</p>
      <p class="quiet">
        <Advice text={hint} />
      </p>
      <a class="button" href={homeUrl}>
        Back to the overview
      </a>
    </section>
  ) as string;
}
