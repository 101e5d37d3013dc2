import type { Config } from "../config/schema.ts";
import { readAuthority } from "../http/read-authority.ts";
import type { Logger } from "../observability/logger.ts";
import { CanvusClient } from "./client.ts";
import type { Credentials } from "./credentials.ts";

export type CanvusSettings = Pick<
  Config,
  | "CANVUS_SERVER"
  | "CANVUS_API_KEY"
  | "CANVUS_USERNAME"
  | "CANVUS_PASSWORD"
  | "ALLOW_SELF_SIGNED_CERTS"
  | "CANVUS_CA_FILE"
  | "CANVUSLLM_REQUEST_TIMEOUT"
  | "MAX_FILE_SIZE"
  | "MAX_RETRIES"
  | "RETRY_DELAY"
>;

/**
 * The client that the settings describe. Nothing is sent yet.
 * @throws AppError CONFIG_INVALID, CANVUS_TLS or CANVUS_UNAUTHORIZED when they cannot be used at all
 */
export async function canvusClient(settings: CanvusSettings, logger: Logger): Promise<CanvusClient> {
  return new CanvusClient({
    baseUrl: settings.CANVUS_SERVER,
    credentials: credentialsOf(settings),
    tls: {
      allowSelfSigned: settings.ALLOW_SELF_SIGNED_CERTS,
      ca: await readAuthority("CANVUS_CA_FILE", settings.CANVUS_CA_FILE),
    },
    requestTimeoutMs: settings.CANVUSLLM_REQUEST_TIMEOUT,
    maxDownloadBytes: settings.MAX_FILE_SIZE,
    maxRetries: settings.MAX_RETRIES,
    retryDelayMs: settings.RETRY_DELAY,
    logger,
  });
}

function credentialsOf(settings: CanvusSettings): Credentials {
  if (settings.CANVUS_API_KEY !== undefined) return { token: settings.CANVUS_API_KEY };
  return { email: settings.CANVUS_USERNAME ?? "", password: settings.CANVUS_PASSWORD ?? "" };
}
