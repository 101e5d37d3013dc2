import { Html } from "@elysiajs/html";
import { Brand } from "./brand.tsx";
import { htmlDocument } from "./document.tsx";

/** All that there is to see before somebody has set a password. */
export function noPasswordPage(styleUrl: string, iconUrl: string): string {
  const body = (
    <main class="alone-card card wide">
      <Brand />
      <h1>Set a password to open the dashboard</h1>
      <p class="lead">
        The service is running, but its dashboard stays closed until the setting <code>WEBUI_PWD</code> holds
        a password.
      </p>
      <ol class="steps">
        <li>
          Choose a long password and add it to the settings of the service: to <code>canvuslocallm.env</code>{" "}
          of an installed one, to the <code>.env</code> file that it reads otherwise, or to its environment.
          <pre>
            <code>WEBUI_PWD="a long password of your own"</code>
          </pre>
        </li>
        <li>
          Restart the service, an installed one with <code>canvuslocallm service restart</code>. Prompts that
          are being answered go on after the restart.
        </li>
        <li>Reload this page and log in.</li>
      </ol>
      <p class="quiet small">
        <code>canvuslocallm config</code> shows which file is read, which settings count and where each comes
        from.
      </p>
    </main>
  ) as string;
  return htmlDocument({ title: "No password set", styleUrl, iconUrl, body, alone: true });
}
