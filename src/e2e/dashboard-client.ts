/** A visitor of the dashboard without a browser: keeps its cookie, follows no redirect, sends Origin with forms. */
export class DashboardClient {
  cookie = "";
  readonly #url: string;

  /** @param url with the base path, without a slash at the end. */
  constructor(url: string) {
    this.#url = url;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers });
  }

  post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const body = new URLSearchParams(fields);
    return this.#send(path, {
      method: "POST",
      body,
      headers: { origin: new URL(this.#url).origin, ...headers },
    });
  }

  login(password: string, next = "", headers: Record<string, string> = {}): Promise<Response> {
    return this.post("/login", { password, next }, headers);
  }

  /** Whether the session is good for a page. */
  async isIn(): Promise<boolean> {
    return (await this.get("/")).status === 200;
  }

  async csrfToken(): Promise<string> {
    return /name="csrf" value="([^"]+)"/.exec(await (await this.get("/")).text())?.[1] ?? "";
  }

  async #send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    const headers = this.cookie === "" ? init.headers : { ...init.headers, cookie: this.cookie };
    const response = await fetch(this.#url + path, {
      ...init,
      headers,
      redirect: "manual",
      tls: { rejectUnauthorized: false },
    });
    const cookie = response.headers.get("set-cookie")?.split(";")[0];
    if (cookie !== undefined) this.cookie = cookie.endsWith("=") ? "" : cookie;
    return response;
  }
}
