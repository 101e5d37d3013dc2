import { type Check, fail, ok } from "../check.ts";

/** Minor versions of glibc 2: what packages are built for, and what the engines that come as finished files need. */
const OLDEST_MINOR = 31;
const ALL_ENGINES_MINOR = 34;

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
        `Use a distribution with glibc 2.${OLDEST_MINOR} or newer, such as Debian.`,
      );
    }
    const found = `${system}, glibc ${version}`;
    const minor = Number(version.split(".")[1]);
    if (minor >= ALL_ENGINES_MINOR) return ok(found);
    if (minor >= OLDEST_MINOR) {
      return {
        status: "warn",
        message: `${found}: looking at pictures, and computing on a GPU, need 2.${ALL_ENGINES_MINOR}`,
        advice:
          "For those use Debian 12, Ubuntu 22.04 or anything newer. Text is answered by the processor here.",
      };
    }
    return {
      status: "fail",
      message: `${found}: the engines need 2.${OLDEST_MINOR} or newer`,
      advice: "Use Debian 11, Ubuntu 20.04 or anything newer.",
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
