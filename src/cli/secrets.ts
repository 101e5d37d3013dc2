import type { LoadedConfig } from "../config/load.ts";
import { settingOf } from "../config/schema.ts";

/** The secrets among the settings, for whoever must black them out; also when other settings are wrong. */
export function configuredSecrets({ settings }: LoadedConfig): string[] {
  return settings.flatMap(({ name, value }) =>
    settingOf(name).secret && typeof value === "string" ? [value] : [],
  );
}
