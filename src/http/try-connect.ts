import { connect } from "node:net";
import { networkReason } from "./network-reason.ts";

export interface UrlAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** Where an http or https address leads to. */
export function addressOf(url: URL): UrlAddress {
  const isTls = url.protocol === "https:";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (isTls ? 443 : 80)),
    isTls,
  };
}

/**
 * Opens a connection and closes it again. A host behind a firewall that drops packets gives no error at all for
 * minutes, hence the limit.
 * @returns null when the connection was made, else why not
 */
export function tryConnect(
  { host, port }: Pick<UrlAddress, "host" | "port">,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (reason: string | null) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once("connect", () => end(null));
    socket.once("error", (error) => end(networkReason(error)));
    signal.addEventListener("abort", () => end("no answer"), { once: true });
    socket.setTimeout(timeoutMs, () => end(`no answer within ${timeoutMs / 1000} s`));
  });
}
