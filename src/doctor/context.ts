import type { CanvusClient } from "../canvus/client.ts";
import { canvusClient } from "../canvus/connect.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { settingValues } from "../config/setting-values.ts";
import type { Logger } from "../observability/logger.ts";

/** Requests of a check must end before the check itself is given up, so that their own message is shown. */
const REQUEST_TIMEOUT_MS = 8000;

/** It is on this machine; a service that is busy loading a model still answers within a moment. */
const SERVICE_TIMEOUT_MS = 5000;

/** What the checks look at. */
export interface DoctorContext {
  readonly loaded: LoadedConfig;
  /** Every value that could be read, also when others are wrong. */
  readonly settings: Partial<Config>;
  /** The service that holds our port, when it is one of ours; asked once. */
  readonly service: () => Promise<RunningService | null>;
  /** A client without retries, or null when the settings do not suffice; one for all checks, so that it logs in once. */
  readonly client: () => Promise<CanvusClient | null>;
}

/** What `/readyz` of a running service says. */
interface RunningService {
  readonly url: string;
  readonly ready: boolean;
  readonly reasons: readonly { readonly part: string; readonly message: string }[];
}

export function createDoctorContext(loaded: LoadedConfig): DoctorContext {
  const settings = settingValues(loaded);
  let client: Promise<CanvusClient | null> | undefined;
  let service: Promise<RunningService | null> | undefined;
  return {
    loaded,
    settings,
    client: () => {
      client ??= openClient(settings);
      return client;
    },
    service: () => {
      service ??= askService(settings);
      return service;
    },
  };
}

async function openClient(settings: Partial<Config>): Promise<CanvusClient | null> {
  const { CANVUS_SERVER, CANVUS_API_KEY, CANVUS_USERNAME, CANVUS_PASSWORD, CANVUS_CA_FILE } = settings;
  const credentials = CANVUS_API_KEY ?? (CANVUS_USERNAME && CANVUS_PASSWORD);
  if (CANVUS_SERVER === undefined || credentials === undefined || credentials === "") return null;
  return canvusClient(
    {
      CANVUS_SERVER,
      CANVUS_API_KEY,
      CANVUS_USERNAME,
      CANVUS_PASSWORD,
      CANVUS_CA_FILE,
      ALLOW_SELF_SIGNED_CERTS: settings.ALLOW_SELF_SIGNED_CERTS ?? false,
      CANVUSLLM_REQUEST_TIMEOUT: Math.min(
        settings.CANVUSLLM_REQUEST_TIMEOUT ?? REQUEST_TIMEOUT_MS,
        REQUEST_TIMEOUT_MS,
      ),
      MAX_FILE_SIZE: settings.MAX_FILE_SIZE ?? 0,
      MAX_RETRIES: 0,
      RETRY_DELAY: 0,
    },
    SILENT,
  );
}

async function askService(settings: Partial<Config>): Promise<RunningService | null> {
  const { PORT, WEBUI_HOST, WEBUI_TLS_CERT } = settings;
  if (PORT === undefined || PORT === 0 || WEBUI_HOST === undefined) return null;
  const url = `${WEBUI_TLS_CERT === undefined ? "http" : "https"}://${reachable(WEBUI_HOST)}:${PORT}`;
  try {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.timeout(SERVICE_TIMEOUT_MS),
      redirect: "error",
      // It is asked by address, and no certificate is issued for that; nothing secret is sent.
      tls: { rejectUnauthorized: false },
    });
    return parseReadiness(url, await response.json());
  } catch {
    return null;
  }
}

/** @returns null when somebody else answers */
function parseReadiness(url: string, body: unknown): RunningService | null {
  if (typeof body !== "object" || body === null || !("ready" in body) || !("reasons" in body)) return null;
  const { ready, reasons } = body;
  if (typeof ready !== "boolean" || !Array.isArray(reasons)) return null;
  return {
    url,
    ready,
    reasons: reasons.map((reason) => ({ part: String(reason?.part), message: String(reason?.message) })),
  };
}

function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** What the parts would log is in the results of the checks already. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
  conceal: () => undefined,
};
