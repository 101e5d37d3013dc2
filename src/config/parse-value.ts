import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { NumericSetting, PathSetting, Setting, SettingValue } from "./setting.ts";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

export interface ParseContext {
  /** Where relative paths start: the folder of the .env file, or the working directory. */
  readonly baseDirectory: string;
}

export type Parsed =
  | { readonly ok: true; readonly value: SettingValue }
  /** `wanted` completes the sentence "want …". */
  | { readonly ok: false; readonly wanted: string };

const TRUE_WORDS = ["true", "yes", "on", "1"];
const FALSE_WORDS = ["false", "no", "off", "0"];
/** Letters, digits, dots, underscores and dashes; no extension of a model file. */
const BARE_NAME = /^(?!.*\.(?:gguf|safetensors|ckpt)$)[a-z0-9][\w.-]*$/i;

/** Turns the text of a setting into its value. @param text not empty. */
export function parseValue(name: string, setting: Setting, text: string, context: ParseContext): Parsed {
  switch (setting.type) {
    case "string":
      return { ok: true, value: text };
    case "list":
      return parseList(text);
    case "url":
      return parseUrl(text);
    case "path":
      return parsePath(setting, text, context);
    case "boolean":
      return parseBoolean(text);
    case "enum":
      return parseEnum(setting.values, text);
    default:
      return parseNumeric(name, setting, text);
  }
}

/** What a number without a unit means: ms for the names that say so, else seconds, as it always was. */
export function plainDurationUnit(name: string): number {
  return name.endsWith("_MS") ? 1 : 1000;
}

/** Replaces a leading `~` or `%APPDATA%` and makes the path absolute. */
export function expandPath(path: string, baseDirectory: string): string {
  const home = /^~(?=$|[/\\])/.exec(path);
  if (home) return join(homedir(), path.slice(1));
  const appData = /^%APPDATA%(?=$|[/\\])/i.exec(path);
  if (appData) {
    return join(process.env.APPDATA ?? join(homedir(), "AppData", "Roaming"), path.slice(appData[0].length));
  }
  return isAbsolute(path) ? path : resolve(baseDirectory, path);
}

/** A numeric setting's value in the unit people write it in. */
export function formatNumeric(setting: NumericSetting, value: number): string {
  if (setting.type === "duration") return formatDuration(value);
  if (setting.type === "size") return formatSize(value);
  return String(value);
}

function parseList(text: string): Parsed {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) return { ok: false, wanted: "at least one entry, separated by commas" };
  return { ok: true, value: [...new Set(items)] };
}

function parseUrl(text: string): Parsed {
  const wanted = "an address such as https://canvus.example.com";
  if (/\s/.test(text)) return { ok: false, wanted: `${wanted}, without spaces` };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const guess = URL.parse(`https://${text}`);
    return { ok: false, wanted: guess ? `it with its scheme: https://${guess.host}` : wanted };
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return { ok: false, wanted };
  if (url.username !== "" || url.password !== "") {
    return { ok: false, wanted: "no user name or password inside it; they have their own settings" };
  }
  if (url.search !== "" || url.hash !== "") return { ok: false, wanted: `${wanted}, without ? and #` };
  return { ok: true, value: url.href.replace(/\/+$/, "") };
}

function parsePath(setting: PathSetting, text: string, context: ParseContext): Parsed {
  if (setting.keywords?.includes(text)) return { ok: true, value: text };
  if (setting.keywords && /^builtin:/.test(text)) {
    return { ok: false, wanted: `a file, or ${setting.keywords.join(" or ")}` };
  }
  if (setting.bareNames && BARE_NAME.test(text)) return { ok: true, value: text };
  if (text.includes("\0")) return { ok: false, wanted: "a path" };
  return { ok: true, value: expandPath(text, context.baseDirectory) };
}

function parseBoolean(text: string): Parsed {
  const word = text.toLowerCase();
  if (TRUE_WORDS.includes(word)) return { ok: true, value: true };
  if (FALSE_WORDS.includes(word)) return { ok: true, value: false };
  return { ok: false, wanted: "true or false" };
}

function parseEnum(values: readonly string[], text: string): Parsed {
  const value = values.find((candidate) => candidate === text.toLowerCase());
  return value === undefined ? { ok: false, wanted: `one of ${values.join(", ")}` } : { ok: true, value };
}

function parseNumeric(name: string, setting: NumericSetting, text: string): Parsed {
  const { min, max, multipleOf } = setting;
  const value = readNumber(name, setting, text);
  const isStep = value !== undefined && (multipleOf === undefined || value % multipleOf === 0);
  if (isStep && value >= min && value <= max) return { ok: true, value };
  const range = `from ${formatNumeric(setting, min)} to ${formatNumeric(setting, max)}`;
  const steps = multipleOf === undefined ? "" : `, a multiple of ${multipleOf}`;
  return { ok: false, wanted: `${formOf(name, setting)} ${range}${steps}` };
}

function readNumber(name: string, setting: NumericSetting, text: string): number | undefined {
  if (setting.type === "duration") return parseDuration(text, plainDurationUnit(name));
  if (setting.type === "size") return parseSize(text);
  if (setting.type === "number") return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function formOf(name: string, setting: NumericSetting): string {
  if (setting.type === "integer") return "a whole number";
  if (setting.type === "number") return "a number";
  if (setting.type === "size") return "a size such as 50MB or 50MiB";
  return plainDurationUnit(name) === 1 ? "a time such as 1500 (ms) or 1.5s" : "a time such as 60s or 1.5m";
}
