import { Html } from "@elysiajs/html";
import { Brand } from "./brand.tsx";
import { htmlDocument } from "./document.tsx";

export interface LoginPageProps {
  readonly basePath: string;
  /** Where the login leads: a path of this dashboard. */
  readonly next: string;
  /** Why the last attempt failed. */
  readonly problem?: string;
  readonly styleUrl: string;
  readonly iconUrl: string;
}

export function loginPage({ basePath, next, problem, styleUrl, iconUrl }: LoginPageProps): string {
  const body = (
    <main class="alone-card card">
      <Brand />
      <h1>Log in</h1>
      <p class="lead">The dashboard of the service that answers prompts on your canvases.</p>
      {problem === undefined ? (
        ""
      ) : (
        <p class="alert bad" role="alert" id="problem" safe>
          {problem}
        </p>
      )}
      <form method="post" action={`${basePath}/login`} class="stack">
        <input type="hidden" name="next" value={next} />
        <div class="field">
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            maxlength="1024"
            aria-invalid={problem === undefined ? undefined : "true"}
            aria-describedby={problem === undefined ? undefined : "problem"}
          />
        </div>
        <button class="button primary" type="submit">
          Log in
        </button>
      </form>
      <p class="quiet small">
        The password is the setting <code>WEBUI_PWD</code> of the service. Whoever runs it knows it.
      </p>
    </main>
  ) as string;
  return htmlDocument({ title: "Log in", styleUrl, iconUrl, body, alone: true });
}
