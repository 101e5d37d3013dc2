/** A server that speaks OpenAI's API, or Azure's variant of it. */
export interface ModelServer {
  /** Its address as it stands in logs, in the history and in messages; without secrets. */
  readonly endpoint: string;
  /** Host and port, for messages. */
  readonly host: string;
  /** The provider's own cloud: it knows no routes and fields beyond its documented ones. */
  readonly isCloud: boolean;
  /** What shows who asks; empty for servers without keys. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must never be repeated, even when the server itself does. */
  readonly secrets: readonly string[];
  /** @param route below the API, `/chat/completions`; @param model whose it is, where addresses tell models apart */
  url(route: string, model: string | null): URL;
  /** Routes that lie beside the API, such as llama-server's `/props`; null where there are none. */
  besideUrl(route: string): URL | null;
}

const OPENAI_HOST = "api.openai.com";

/**
 * Any OpenAI-compatible server: vLLM, llama-server, ollama, LocalAI, LM Studio, sd-server, OpenAI itself.
 * @param address with the path of its API; without any path `/v1` is meant, where they all have it
 */
export function openAiServer(address: string, key: string | undefined): ModelServer {
  const base = new URL(address);
  const path = base.pathname.replace(/\/+$/, "");
  const api = `${base.origin}${path === "" ? "/v1" : path}`;
  const isCloud = base.hostname === OPENAI_HOST;
  return {
    endpoint: api,
    host: base.host,
    isCloud,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    secrets: key === undefined ? [] : [key],
    url: (route) => new URL(api + route),
    besideUrl: (route) => (isCloud ? null : new URL(api.replace(/\/v1$/, "") + route)),
  };
}

/** Azure OpenAI: each model is a deployment with an address of its own. */
export function azureServer(address: string, apiVersion: string, key: string | undefined): ModelServer {
  const base = new URL(address);
  const api = `${base.origin}${base.pathname.replace(/\/+$/, "")}/openai`;
  return {
    endpoint: api,
    host: base.host,
    isCloud: true,
    headers: key === undefined ? {} : { "api-key": key },
    secrets: key === undefined ? [] : [key],
    url: (route, model) => {
      const deployment = model === null ? "" : `/deployments/${encodeURIComponent(model)}`;
      const url = new URL(api + deployment + route);
      url.searchParams.set("api-version", apiVersion);
      return url;
    },
    besideUrl: () => null,
  };
}
