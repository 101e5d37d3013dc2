import { BlockList, isIP } from "node:net";

/** Stands for the address when the connection has already gone. */
const UNKNOWN = "unknown";

export interface Client {
  readonly address: string;
  /** True when the browser itself speaks HTTPS, with us or with a trusted proxy. */
  readonly secure: boolean;
  readonly viaTrustedProxy: boolean;
  /** What the browser may know our host as. */
  readonly hosts: readonly string[];
}

/**
 * Who is really asking. Anybody can send X-Forwarded-For, so only what a trusted proxy wrote counts: the header is
 * read from the right, where the nearest proxy wrote, up to the first address that is no trusted proxy.
 */
export class ClientAddresses {
  readonly #trusted = new BlockList();

  /** @param trustedProxies addresses and networks (`10.0.0.0/8`) as the settings allow them. */
  constructor(trustedProxies: readonly string[]) {
    for (const entry of trustedProxies) {
      const { address, family, prefix } = parseNetwork(entry);
      this.#trusted.addSubnet(address, prefix, family);
    }
  }

  /** @param peer address of the connection's other end. @param tls whether that connection is HTTPS. */
  resolve(peer: string | undefined, tls: boolean, headers: Headers): Client {
    const host = headers.get("host") ?? "";
    const address = plainAddress(peer ?? "") ?? UNKNOWN;
    if (!this.#isTrusted(address)) {
      return { address, secure: tls, viaTrustedProxy: false, hosts: [host] };
    }
    const proto = lastOf(headers.get("x-forwarded-proto"))?.toLowerCase();
    const forwardedHost = lastOf(headers.get("x-forwarded-host"));
    return {
      address: this.#behind(address, headers.get("x-forwarded-for") ?? ""),
      secure: proto === undefined ? tls : proto === "https",
      viaTrustedProxy: true,
      hosts: forwardedHost === undefined ? [host] : [host, forwardedHost],
    };
  }

  #behind(proxy: string, forwardedFor: string): string {
    let address = proxy;
    for (const hop of forwardedFor.split(",").reverse()) {
      const next = plainAddress(hop);
      if (next === undefined) return address;
      address = next;
      if (!this.#isTrusted(address)) return address;
    }
    return address;
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 4 ? "ipv4" : "ipv6");
  }
}

/** One subscriber has a whole /64 of IPv6: counting single addresses there would count nothing. */
export function rateLimitKey(address: string): string {
  if (isIP(address) !== 6) return address;
  // The host part of a URL is the shortest form; expand it to eight groups and keep the first four.
  const short = URL.parse(`http://[${address.replace(/%.*$/, "")}]`)?.hostname.slice(1, -1) ?? address;
  const [head = "", tail] = short.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill("0");
  return `${[...left, ...middle, ...right].slice(0, 4).join(":")}::/64`;
}

function lastOf(list: string | null): string | undefined {
  return list?.split(",").at(-1)?.trim();
}

/** The address without port and brackets; IPv4 inside IPv6 (`::ffff:10.0.0.1`) as IPv4. */
function plainAddress(text: string): string | undefined {
  const trimmed = text.trim().replace(/^"(.*)"$/, "$1");
  const bare = /^\[(.+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(mapped) === 0 ? undefined : mapped.toLowerCase();
}

function parseNetwork(entry: string): { address: string; family: "ipv4" | "ipv6"; prefix: number } {
  const [address = "", prefix] = entry.split("/");
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  return { address, family, prefix: prefix === undefined ? (family === "ipv4" ? 32 : 128) : Number(prefix) };
}
