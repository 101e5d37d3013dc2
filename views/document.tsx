import { Html } from "@elysiajs/html";

export interface DocumentProps {
  /** Shown in the browser's tab before the product's name. */
  readonly title: string;
  readonly styleUrl: string;
  readonly iconUrl: string;
  readonly scriptUrls?: readonly string[];
  /** Rendered JSX, already escaped. */
  readonly body: string;
  /** For pages that stand alone in the middle of the window. */
  readonly alone?: boolean;
}

/** The HTML around every page. Scripts are modules, so they run when the page is there. */
export function htmlDocument({
  title,
  styleUrl,
  iconUrl,
  scriptUrls = [],
  body,
  alone,
}: DocumentProps): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title safe>{`${title} · CanvusLocalLLM`}</title>
        <link rel="icon" type="image/svg+xml" href={iconUrl} />
        <link rel="stylesheet" href={styleUrl} />
        {scriptUrls.map((url) => (
          <script type="module" src={url} />
        ))}
      </head>
      <body class={alone ? "alone" : undefined}>{body}</body>
    </html>
  );
  return `<!doctype html>${page}`;
}
