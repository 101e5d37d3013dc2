interface Common {
  readonly group: string;
  /** One or two sentences for administrators; goes into `.env.example`, the README and `config`. */
  readonly description: string;
  /** True for values that must never be shown: they are masked everywhere. */
  readonly secret?: true;
  /** True when the service cannot start without it. */
  readonly required?: true;
  /** A value that shows the form, for messages and `.env.example`. */
  readonly example?: string;
  /** Names under which earlier versions knew the setting; still accepted. */
  readonly aliases?: readonly string[];
}

interface StringSetting extends Common {
  readonly type: "string";
  readonly default?: string;
}

/** Comma separated; the values of all its names (aliases included) are joined, duplicates dropped; empty by default. */
interface ListSetting extends Common {
  readonly type: "list";
}

interface UrlSetting extends Common {
  readonly type: "url";
  readonly default?: string;
}

/** Becomes absolute: a relative one starts at the .env file that holds it, or at the working directory. */
export interface PathSetting extends Common {
  readonly type: "path";
  /** May start with `~`, the user's home directory. */
  readonly default?: string;
  /** Default on Windows; may start with `%APPDATA%`. */
  readonly windowsDefault?: string;
  /** Values that are names, not paths, and are taken as they are. */
  readonly keywords?: readonly string[];
  /** A word without slashes that does not end like a model file is the name of a model, not a path, and is taken as it is. */
  readonly bareNames?: true;
}

interface BooleanSetting extends Common {
  readonly type: "boolean";
  readonly default: boolean;
}

interface EnumSetting extends Common {
  readonly type: "enum";
  readonly values: readonly string[];
  readonly default: string;
}

export interface NumericSetting extends Common {
  /** `number` may have decimals; `duration` is in milliseconds, `size` in bytes. */
  readonly type: "integer" | "number" | "duration" | "size";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Only multiples of it are accepted. */
  readonly multipleOf?: number;
}

export type Setting =
  | StringSetting
  | ListSetting
  | UrlSetting
  | PathSetting
  | BooleanSetting
  | EnumSetting
  | NumericSetting;

type RawValueOf<S extends Setting> = S extends {
  readonly type: "enum";
  readonly values: readonly (infer V)[];
}
  ? V
  : S extends NumericSetting
    ? number
    : S extends BooleanSetting
      ? boolean
      : S extends ListSetting
        ? readonly string[]
        : string;

/** The type of a setting's value; optional when the setting is neither required nor has a default. */
export type ValueOf<S extends Setting> = S extends { readonly required: true } | { readonly default: unknown }
  ? RawValueOf<S>
  : RawValueOf<S> | undefined;

export type SettingValue = string | number | boolean | readonly string[];
