import { type Check, fail, ok } from "../check.ts";

/** What the engine's prebuilt native files were linked against. */
const OLDEST_GLIBC = [2, 34] as const;

export const systemLibrary: Check = {
  name: "system_library",
  title: "System",
  async run() {
    const system = `${process.platform}-${process.arch}`;
    if (process.platform !== "linux") return ok(system);
    const version = glibcVersion();
    if (version === null) {
      return fail(
        `${system} without glibc`,
        "Use a distribution with glibc 2.34 or newer, such as Debian 12.",
      );
    }
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const isOld = major < OLDEST_GLIBC[0] || (major === OLDEST_GLIBC[0] && minor < OLDEST_GLIBC[1]);
    if (!isOld) return ok(`${system}, glibc ${version}`);
    return {
      status: "fail",
      message: `${system}, glibc ${version}: the engine needs ${OLDEST_GLIBC.join(".")} or newer`,
      advice: "Use Debian 12, Ubuntu 22.04 or anything newer.",
      code: "ENGINE_UNAVAILABLE",
    };
  },
};

function glibcVersion(): string | null {
  const report: unknown = process.report?.getReport();
  if (typeof report !== "object" || report === null || !("header" in report)) return null;
  const { header } = report;
  if (typeof header !== "object" || header === null || !("glibcVersionRuntime" in header)) return null;
  return typeof header.glibcVersionRuntime === "string" ? header.glibcVersionRuntime : null;
}
