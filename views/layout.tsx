import { Html } from "@elysiajs/html";
import { Brand } from "./brand.tsx";
import { type DocumentProps, htmlDocument } from "./document.tsx";

const NAVIGATION = [
  { name: "overview", path: "/", label: "Overview" },
  { name: "history", path: "/history", label: "History" },
  { name: "metrics", path: "/metrics", label: "Metrics" },
  { name: "errors", path: "/errors", label: "Errors" },
  { name: "logs", path: "/logs", label: "Logs" },
] as const;

export type PageName = (typeof NAVIGATION)[number]["name"];

export interface StateBadge {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
}

export interface LayoutProps extends Omit<DocumentProps, "alone"> {
  readonly active?: PageName;
  readonly basePath: string;
  readonly version: string;
  readonly state: StateBadge;
  /** Undefined when nobody is logged in: then there is no way to log out either. */
  readonly csrfToken?: string;
}

/** The frame of every page behind the login. */
export function layout({
  active,
  basePath,
  version,
  state,
  csrfToken,
  body,
  ...document
}: LayoutProps): string {
  const frame = (
    <>
      <a class="skip-link" href="#content">
        Skip to content
      </a>
      <header class="site-header">
        <div class="site-bar">
          <a class="brand-link" href={`${basePath}/`}>
            <Brand />
          </a>
          <nav class="site-nav" aria-label="Pages">
            {NAVIGATION.map(({ name, path, label }) => (
              <a href={basePath + path} aria-current={name === active ? "page" : undefined}>
                {label}
              </a>
            ))}
          </nav>
          <div class="site-state">
            <span class={`badge ${state.tone}`} id="service-state" role="status" safe>
              {state.text}
            </span>
            {csrfToken === undefined ? (
              ""
            ) : (
              <form method="post" action={`${basePath}/logout`}>
                <input type="hidden" name="csrf" value={csrfToken} />
                <button class="button quiet" type="submit">
                  Log out
                </button>
              </form>
            )}
          </div>
        </div>
      </header>
      <main id="content" class="page" tabindex="-1">
        {body}
      </main>
      <footer class="site-footer">
        <span safe>{`CanvusLocalLLM ${version}`}</span>
        {csrfToken === undefined ? (
          ""
        ) : (
          <form method="post" action={`${basePath}/logout/all`}>
            <input type="hidden" name="csrf" value={csrfToken} />
            <button class="button quiet" type="submit" title="Logs everybody out, on every device">
              End all sessions
            </button>
          </form>
        )}
      </footer>
    </>
  ) as string;
  return htmlDocument({ ...document, body: frame });
}
