import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { isLoopback } from "../../http/loopback.ts";
import { readAuthority } from "../../http/read-authority.ts";
import type { UrlAddress } from "../../http/try-connect.ts";
import { type Check, type CheckResult, fail, ok, warn } from "../check.ts";
import { codeOf, NO_SERVER, serverAddress } from "./network.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_MS = 30 * DAY_MS;
/** A chain that never ends is a loop. */
const MAX_CHAIN = 10;

interface Presented {
  /** Empty when the certificate is accepted. */
  readonly rejection: string;
  readonly protocol: string;
  readonly chain: readonly DetailedPeerCertificate[];
}

/** Reads the certificates even when they are not accepted: only then it can be said whose they are. */
export const certificate: Check = {
  name: "canvus_tls",
  title: "Canvus certificate",
  needs: ["canvus_tcp"],
  async run(context, signal) {
    const address = serverAddress(context);
    if (address === null) return NO_SERVER;
    if (!address.isTls) {
      if (isLoopback(address.host)) return ok("none needed: the server is on this machine");
      return warn(
        "none: CANVUS_SERVER is http, so the access token travels in the clear",
        "Use https, unless both machines are in a network of their own.",
      );
    }
    const { CANVUS_CA_FILE, ALLOW_SELF_SIGNED_CERTS } = context.settings;
    const authority = await readAuthority("CANVUS_CA_FILE", CANVUS_CA_FILE);
    const presented = await handshake(address, authority, signal);
    return "error" in presented
      ? handshakeFailed(address, presented.error)
      : judge(presented, address, ALLOW_SELF_SIGNED_CERTS === true);
  },
};

function judge(
  { rejection, protocol, chain }: Presented,
  address: UrlAddress,
  allowAny: boolean,
): CheckResult {
  const found = `${protocol}; ${chain.map(describe).join(" ← ")}`;
  if (rejection !== "") {
    const message = `not trusted, ${meaning(rejection, address.host)} (${rejection}): ${found}`;
    if (!allowAny) return { status: "fail", message, advice: remedy(rejection), code: "CANVUS_TLS" };
    return warn(message, `Accepted because ALLOW_SELF_SIGNED_CERTS=true. Safer: ${remedy(rejection)}`);
  }
  const end = Math.min(...chain.map((each) => Date.parse(each.valid_to)).filter(Number.isFinite));
  const days = Math.floor((end - Date.now()) / DAY_MS);
  if (end - Date.now() < SOON_MS) {
    return warn(
      `expires in ${days} days: ${found}`,
      "Have the Canvus server's certificate renewed before that day.",
    );
  }
  return ok(`trusted for ${days} days; ${found}`);
}

function describe({ subject, issuer, valid_to }: DetailedPeerCertificate): string {
  const end = new Date(valid_to);
  const until = Number.isNaN(end.getTime()) ? valid_to : end.toISOString().slice(0, 10);
  return `${nameOf(subject)}, issued by ${nameOf(issuer)}, valid to ${until}`;
}

function nameOf(name: DetailedPeerCertificate["subject"]): string {
  return `"${String(name?.CN ?? name?.O ?? "no name")}"`;
}

function meaning(reason: string, host: string): string {
  if (reason === "DEPTH_ZERO_SELF_SIGNED_CERT") return "it is self-signed";
  if (reason.includes("SELF_SIGNED")) return "its certificate authority is not known here";
  if (reason === "CERT_HAS_EXPIRED") return "it has expired";
  if (reason === "CERT_NOT_YET_VALID") return "it is not valid yet";
  if (reason.includes("ALTNAME")) return `it is not for the name ${host}`;
  return "its issuer is not known here";
}

function remedy(reason: string): string {
  if (reason === "CERT_HAS_EXPIRED") return "Have the Canvus server's certificate renewed.";
  if (reason === "CERT_NOT_YET_VALID") return "Check the clocks of both machines.";
  if (reason.includes("ALTNAME")) return "Set CANVUS_SERVER to a name that the certificate was issued for.";
  return "Save the certificate of the authority named last as a PEM file and set CANVUS_CA_FILE to it.";
}

function handshakeFailed({ host, port }: UrlAddress, reason: string): CheckResult {
  return {
    ...fail(
      `${host}:${port} does not speak TLS that this program understands (${reason})`,
      "If the server has no https there, set CANVUS_SERVER to http://… or to the right port; else allow TLS 1.2 on it.",
    ),
    code: "CANVUS_TLS",
  };
}

function handshake(
  { host, port }: UrlAddress,
  authority: string | undefined,
  signal: AbortSignal,
): Promise<Presented | { readonly error: string }> {
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
      ...(authority === undefined ? {} : { ca: authority }),
    });
    const end = (found: Presented | { readonly error: string }) => {
      socket.destroy();
      resolve(found);
    };
    socket.once("secureConnect", () => end(present(socket)));
    socket.once("error", (error) => end({ error: codeOf(error) }));
    signal.addEventListener("abort", () => end({ error: "no answer" }), { once: true });
  });
}

function present(socket: TLSSocket): Presented {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.subject && chain.length < MAX_CHAIN && !chain.includes(next)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  const error: unknown = socket.authorizationError;
  const rejection = socket.authorized ? "" : error instanceof Error ? codeOf(error) : String(error);
  return { rejection, protocol: socket.getProtocol() ?? "TLS", chain };
}
