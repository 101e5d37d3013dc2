import { formatNumeric } from "./parse-value.ts";
import { MASK } from "./problem.ts";
import type { Setting, SettingValue } from "./setting.ts";

/** A value as people write it; secrets always as the same mask. @returns `""` when it is not set. */
export function formatValue(setting: Setting, value: SettingValue | undefined): string {
  if (value === undefined) return "";
  if (setting.secret) return MASK;
  if (setting.type === "list") return Array.isArray(value) ? value.join(", ") : String(value);
  if (typeof value === "number" && "min" in setting) return formatNumeric(setting, value);
  return String(value);
}

/** The default as documentation shows it, independent of the machine it is made on. */
export function formatDefault(setting: Setting): string {
  if (setting.type === "list") return "";
  return formatValue(setting, setting.default);
}
