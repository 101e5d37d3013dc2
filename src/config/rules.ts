import { isIP } from "node:net";
import type { ConfigProblem } from "./problem.ts";
import { quoteValue } from "./problem.ts";
import { isGiven, type Rules } from "./rule-input.ts";
import { checkServers } from "./server-rules.ts";

/** Plain segments, so that the path reads the same in links, in cookies and in the rules of a proxy. */
const BASE_PATH = /^\/?([\w~-][\w.~-]*(\/[\w~-][\w.~-]*)*)?\/?$/;

/** What must hold between several settings, or of one beyond its type. */
export function checkRules(settings: Rules): ConfigProblem[] {
  return [
    ...checkCredentials(settings),
    ...checkCanvases(settings),
    ...checkVision(settings),
    ...checkHost(settings),
    ...checkDashboard(settings),
    ...checkServers(settings),
  ];
}

function checkCredentials(settings: Rules): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const key = settings.get("CANVUS_API_KEY");
  if (typeof key?.value === "string" && !/^[\x21-\x7e]+$/.test(key.value)) {
    problems.push({
      subject: "CANVUS_API_KEY",
      origin: key.origin,
      message: "contains spaces or characters that no access token has; copy it again",
    });
  }
  if (isGiven(key)) return problems;
  const user = isGiven(settings.get("CANVUS_USERNAME"));
  const password = isGiven(settings.get("CANVUS_PASSWORD"));
  if (user && !password)
    problems.push({ subject: "CANVUS_PASSWORD", message: "is not set, but CANVUS_USERNAME is" });
  if (password && !user)
    problems.push({ subject: "CANVUS_USERNAME", message: "is not set, but CANVUS_PASSWORD is" });
  if (!user && !password) {
    problems.push({
      subject: "CANVUS_API_KEY",
      message: "is not set; want an access token, or CANVUS_USERNAME with CANVUS_PASSWORD",
    });
  }
  return problems;
}

function checkCanvases(settings: Rules): ConfigProblem[] {
  const canvases = settings.get("CANVAS_IDS");
  if (canvases?.invalid || (Array.isArray(canvases?.value) && canvases.value.length > 0)) return [];
  return [
    {
      subject: "CANVAS_IDS",
      message: "is not set; want at least one canvas: its id, share link or unique name",
    },
  ];
}

function checkVision(settings: Rules): ConfigProblem[] {
  const model = settings.get("VISION_MODEL_PATH");
  // A model with a name has its encoder beside it, under the same name.
  const isFile = typeof model?.value === "string" && /[/\\]/.test(model.value);
  if (!isFile || isGiven(settings.get("VISION_MMPROJ_PATH"))) return [];
  return [
    {
      subject: "VISION_MMPROJ_PATH",
      message: "is not set, but VISION_MODEL_PATH is; want the picture encoder (mmproj) made for that model",
    },
  ];
}

function checkHost(settings: Rules): ConfigProblem[] {
  const host = settings.get("WEBUI_HOST");
  if (typeof host?.value !== "string" || isIP(host.value) !== 0) return [];
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host.value)) return [];
  return [
    {
      subject: "WEBUI_HOST",
      origin: host.origin,
      message: `is ${quoteValue(host.value, false)}, want an address or host name alone, such as 127.0.0.1 or 0.0.0.0`,
    },
  ];
}

function checkDashboard(settings: Rules): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const basePath = settings.get("WEBUI_BASE_PATH");
  if (typeof basePath?.value === "string" && !BASE_PATH.test(basePath.value)) {
    problems.push({
      subject: "WEBUI_BASE_PATH",
      origin: basePath.origin,
      message: `is ${quoteValue(basePath.value, false)}, want a path such as /ai, without host, spaces, ? and #`,
    });
  }
  const proxies = settings.get("WEBUI_TRUSTED_PROXIES");
  const wrong = (Array.isArray(proxies?.value) ? proxies.value : []).filter((entry) => !isNetwork(entry));
  if (proxies && wrong.length > 0) {
    problems.push({
      subject: "WEBUI_TRUSTED_PROXIES",
      origin: proxies.origin,
      message: `has ${quoteValue(wrong.join(", "), false)}, want addresses or networks such as 127.0.0.1 or 10.0.0.0/8`,
    });
  }
  const certificate = isGiven(settings.get("WEBUI_TLS_CERT"));
  const key = isGiven(settings.get("WEBUI_TLS_KEY"));
  if (certificate && !key)
    problems.push({ subject: "WEBUI_TLS_KEY", message: "is not set, but WEBUI_TLS_CERT is" });
  if (key && !certificate)
    problems.push({ subject: "WEBUI_TLS_CERT", message: "is not set, but WEBUI_TLS_KEY is" });
  return problems;
}

/** An address, or a network in the form `10.0.0.0/8`. */
function isNetwork(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
