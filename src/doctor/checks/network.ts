import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { addressOf, tryConnect, type UrlAddress } from "../../http/try-connect.ts";
import { type Check, type CheckResult, fail, notChecked, ok } from "../check.ts";
import type { DoctorContext } from "../context.ts";

/** A check is given up after twice that; its own message says more. */
const CONNECT_TIMEOUT_MS = 5000;

/** @returns null when CANVUS_SERVER is missing or wrong */
export function serverAddress({ settings }: DoctorContext): UrlAddress | null {
  const url = URL.parse(settings.CANVUS_SERVER ?? "");
  return url === null ? null : addressOf(url);
}

export const NO_SERVER = notChecked("CANVUS_SERVER");

export const dns: Check = {
  name: "canvus_dns",
  title: "Canvus name",
  async run(context) {
    const address = serverAddress(context);
    if (address === null) return NO_SERVER;
    const { host } = address;
    if (isIP(host) !== 0) return ok(`${host} is an address already`);
    try {
      const found = await lookup(host, { all: true });
      return ok(`${host} is ${[...new Set(found.map((each) => each.address))].slice(0, 3).join(", ")}`);
    } catch (error) {
      return {
        status: "fail",
        message: `the name ${host} is not known here (${codeOf(error)})`,
        advice:
          "Correct CANVUS_SERVER, or the DNS settings of this machine; `getent hosts NAME` shows what it finds.",
        code: "CANVUS_UNREACHABLE",
      };
    }
  },
};

export const tcp: Check = {
  name: "canvus_tcp",
  title: "Canvus connection",
  needs: ["canvus_dns"],
  async run(context, signal) {
    const address = serverAddress(context);
    if (address === null) return NO_SERVER;
    const began = performance.now();
    const where = `${address.host}:${address.port}`;
    const reason = await tryConnect(address, CONNECT_TIMEOUT_MS, signal);
    if (reason === null) return ok(`${where} answers (${Math.round(performance.now() - began)} ms)`);
    return { ...explain(where, reason), code: "CANVUS_UNREACHABLE" };
  },
};

function explain(where: string, reason: string): CheckResult {
  if (reason === "ECONNREFUSED") {
    return fail(
      `${where} refuses connections: nothing listens there`,
      "Start the Canvus server, or correct host and port in CANVUS_SERVER.",
    );
  }
  return fail(
    `${where} cannot be reached (${reason})`,
    "Check that the machine is on and that no firewall in between closes this port.",
  );
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
