import { apiRoot } from "../../canvus/base-url.ts";
import { readAuthority } from "../../http/read-authority.ts";
import { type Check, notChecked, ok, warn } from "../check.ts";
import { NO_SERVER } from "./network.ts";

/** The Date header has whole seconds and the answer takes its time. */
const TOLERATED_SKEW_MS = 30_000;

const NO_CREDENTIALS = notChecked("Configuration");

export const server: Check = {
  name: "canvus_server",
  title: "Canvus server",
  needs: ["canvus_tls"],
  async run(context, signal) {
    const client = await context.client();
    if (client === null) return NO_CREDENTIALS;
    const { version, api } = await client.serverInfo(signal);
    return ok(`Canvus ${version}${api.length > 0 ? `, API ${api.at(-1)}` : ""} on ${client.host}`);
  },
};

export const credentials: Check = {
  name: "canvus_credentials",
  title: "Canvus credentials",
  needs: ["canvus_server"],
  async run(context, signal) {
    const client = await context.client();
    if (client === null) return NO_CREDENTIALS;
    const canvases = await client.listCanvases(signal);
    const how = context.settings.CANVUS_API_KEY === undefined ? "user name and password" : "access token";
    const visible = canvases.filter((canvas) => canvas.in_trash !== true).length;
    return ok(`${how} accepted, ${visible === 1 ? "1 canvas is" : `${visible} canvases are`} visible`);
  },
};

export const clock: Check = {
  name: "clock",
  title: "Clock",
  needs: ["canvus_server"],
  async run({ settings }, signal) {
    if (settings.CANVUS_SERVER === undefined) return NO_SERVER;
    const authority = await readAuthority("CANVUS_CA_FILE", settings.CANVUS_CA_FILE);
    const began = Date.now();
    const response = await fetch(`${apiRoot(settings.CANVUS_SERVER)}/server-info`, {
      signal,
      tls: {
        rejectUnauthorized: settings.ALLOW_SELF_SIGNED_CERTS !== true,
        ...(authority === undefined ? {} : { ca: authority }),
      },
    });
    await response.body?.cancel();
    const theirs = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(theirs)) return ok("not compared: the Canvus server does not tell its time");
    const ours = (began + Date.now()) / 2;
    const skewMs = Math.abs(ours - theirs);
    if (skewMs <= TOLERATED_SKEW_MS) return ok("agrees with the Canvus server");
    const seconds = Math.round(skewMs / 1000);
    return warn(
      `${seconds} s ${ours > theirs ? "ahead of" : "behind"} the Canvus server`,
      "Let both machines take their time from the same NTP server; logs cannot be compared otherwise.",
    );
  },
};
