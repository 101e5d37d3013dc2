import type { Setting, ValueOf } from "./setting.ts";
import { CANVUS_SETTINGS } from "./settings/canvus.ts";
import { DOWNLOAD_SETTINGS } from "./settings/downloads.ts";
import { MODEL_SETTINGS } from "./settings/model.ts";
import { PICTURE_SETTINGS } from "./settings/pictures.ts";
import { PROMPT_SETTINGS } from "./settings/prompts.ts";
import { SERVER_SETTINGS } from "./settings/servers.ts";
import { SERVICE_SETTINGS } from "./settings/service.ts";
import { VISION_SETTINGS } from "./settings/vision.ts";
import { WEB_SETTINGS } from "./settings/web.ts";

/**
 * Every setting, declared once: the key is the environment variable and the key in `Config`. Parsing, messages,
 * `.env.example`, the README's table and `canvuslocallm config` come from here; the order is the order shown.
 */
export const SETTINGS = {
  ...CANVUS_SETTINGS,
  ...PROMPT_SETTINGS,
  ...MODEL_SETTINGS,
  ...VISION_SETTINGS,
  ...PICTURE_SETTINGS,
  ...SERVER_SETTINGS,
  ...DOWNLOAD_SETTINGS,
  ...WEB_SETTINGS,
  ...SERVICE_SETTINGS,
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** The effective configuration. Durations are in milliseconds, sizes in bytes, paths absolute. */
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

/** All names in the order of the schema. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The setting under its general type, for code that treats all settings alike. */
export function settingOf(name: SettingName): Setting {
  return SETTINGS[name];
}
