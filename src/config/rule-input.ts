import type { Origin } from "./problem.ts";
import type { SettingName } from "./schema.ts";
import type { SettingValue } from "./setting.ts";

/** The part of a resolved setting that rules look at. */
export interface RuleInput {
  readonly value: SettingValue | undefined;
  readonly origin: Origin;
  /** True when something was given but could not be read; that is reported already. */
  readonly invalid: boolean;
}

export type Rules = ReadonlyMap<SettingName, RuleInput>;

export function isGiven(setting: RuleInput | undefined): boolean {
  return setting !== undefined && (setting.value !== undefined || setting.invalid);
}
