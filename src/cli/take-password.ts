import type { Config } from "../config/schema.ts";

/**
 * Takes the dashboard's password out of the settings and out of the environment: of what is kept from here on, nothing
 * can be shown, logged or handed on to another process. Not even the log's redactor gets to know it.
 */
export function takePassword(config: Config): {
  readonly config: Config;
  readonly password: string | undefined;
} {
  delete process.env.WEBUI_PWD;
  return { config: { ...config, WEBUI_PWD: undefined }, password: config.WEBUI_PWD };
}
