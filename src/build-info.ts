import packageJson from "../package.json" with { type: "json" };

// Both are put in by scripts/build.ts and do not exist when the sources run directly.
declare const BUILD_VERSION: string | undefined;
declare const BUILD_COMMIT: string | undefined;

export interface BuildInfo {
  readonly version: string;
  /** Abbreviated git commit; `source` when not built, `unknown` when built outside a git checkout. */
  readonly commit: string;
}

export const buildInfo: BuildInfo = {
  version: typeof BUILD_VERSION === "undefined" ? packageJson.version : BUILD_VERSION,
  commit: typeof BUILD_COMMIT === "undefined" ? "source" : BUILD_COMMIT,
};
