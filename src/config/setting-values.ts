import type { LoadedConfig } from "./load.ts";
import type { Config } from "./schema.ts";

/** Every value that could be read, also when others are wrong: for commands that need only some of them. */
export function settingValues({ settings }: LoadedConfig): Partial<Config> {
  return Object.fromEntries(
    settings.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]),
  );
}
