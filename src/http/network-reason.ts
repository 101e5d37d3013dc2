/** Why a request got no answer, as the system or the TLS library calls it; UNKNOWN when they do not say. */
export function networkReason(thrown: unknown): string {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "string") {
    return thrown.code;
  }
  return "UNKNOWN";
}

export function isTlsReason(reason: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(reason);
}

/** True when something answered that does not speak HTTP. */
export function isNoHttp(reason: string): boolean {
  return reason === "Malformed_HTTP_Response" || reason.startsWith("HPE_");
}

/** Completes the sentence "the certificate was not accepted: …". */
export function describeTlsReason(reason: string): string {
  if (reason.includes("SELF_SIGNED")) return `it is self-signed (${reason})`;
  if (reason === "CERT_HAS_EXPIRED") return `it has expired (${reason})`;
  if (reason.includes("ALTNAME")) return `it was issued for another host name (${reason})`;
  if (reason.includes("ISSUER") || reason.includes("VERIFY")) return `its issuer is not trusted (${reason})`;
  if (reason === "EPROTO")
    return `the TLS handshake failed; does the server speak https on this port? (${reason})`;
  return reason;
}

/** Completes the sentence "the server cannot be reached: …". */
export function describeNetworkReason(reason: string): string {
  switch (reason) {
    case "ECONNREFUSED":
    case "ConnectionRefused":
      return `the connection was refused (${reason})`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name is not known (${reason})`;
    case "ECONNRESET":
    case "ConnectionClosed":
      return `the connection was closed unexpectedly (${reason})`;
    default:
      return reason;
  }
}
