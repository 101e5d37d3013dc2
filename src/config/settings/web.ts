import type { Setting } from "../setting.ts";
import { HOUR, MINUTE, SECOND } from "./amounts.ts";

const GROUP = "Dashboard and health";

export const WEB_SETTINGS = {
  WEBUI_HOST: {
    type: "string",
    group: GROUP,
    default: "127.0.0.1",
    description: "Network address the dashboard listens on. 0.0.0.0 opens it to the network.",
  },
  PORT: {
    type: "integer",
    group: GROUP,
    default: 3000,
    min: 0,
    max: 65_535,
    description: "Port of the dashboard and of /healthz and /readyz. 0 takes any free one.",
  },
  WEBUI_PWD: {
    type: "string",
    group: GROUP,
    secret: true,
    description:
      "Password of the dashboard. Without one it stays closed. Changing it logs everybody out. Put it in quotes when it contains # or spaces.",
  },
  WEBUI_SESSION_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 24 * HOUR,
    min: SECOND,
    max: 30 * 24 * HOUR,
    description: "Longest time from a login to the dashboard to the next one, however much it is used.",
  },
  WEBUI_SESSION_IDLE_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 8 * HOUR,
    min: 5 * MINUTE,
    max: 30 * 24 * HOUR,
    description:
      "A login that is not used for so long ends. Every use renews it, up to WEBUI_SESSION_TIMEOUT.",
  },
  WEBUI_BASE_PATH: {
    type: "string",
    group: GROUP,
    example: "/ai",
    description: "Path of the dashboard behind a reverse proxy. The proxy may hand it on or take it off.",
  },
  WEBUI_TRUSTED_PROXIES: {
    type: "list",
    group: GROUP,
    example: "127.0.0.1,10.0.0.0/8",
    description:
      "Reverse proxies, separated by commas: addresses or networks. Only from them X-Forwarded-For, -Proto and -Host count.",
  },
  WEBUI_TLS_CERT: {
    type: "path",
    group: GROUP,
    example: "/etc/ssl/dashboard.pem",
    description: "PEM file with the certificate, and what leads to its authority, to serve HTTPS.",
  },
  WEBUI_TLS_KEY: {
    type: "path",
    group: GROUP,
    example: "/etc/ssl/private/dashboard.key",
    description: "PEM file with the private key of WEBUI_TLS_CERT, without a passphrase.",
  },
} as const satisfies Record<string, Setting>;
