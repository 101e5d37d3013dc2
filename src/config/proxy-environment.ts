import type { Config } from "./schema.ts";

type ProxySettings = Partial<Pick<Config, "HTTPS_PROXY" | "HTTP_PROXY" | "NO_PROXY">>;

/** Requests to this machine itself are nothing for a proxy. */
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * Bun's `fetch` takes proxies from the environment, with each request anew. So settings from a .env file are put there;
 * what the environment has already stays.
 */
export function exportProxies(
  settings: ProxySettings,
  environment: Record<string, string | undefined>,
): void {
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY"] as const) {
    const value = settings[name];
    if (value !== undefined) environment[name] = value;
  }
  const given = environment.no_proxy ?? settings.NO_PROXY;
  const direct = [...(given === undefined ? [] : [given]), ...LOOPBACK].join(",");
  environment.NO_PROXY = direct;
  // Where it is there it wins over the one in capitals.
  if (environment.no_proxy !== undefined) environment.no_proxy = direct;
}
