import packageJson from "../../package.json" with { type: "json" };

/**
 * The time that every file of a package bears, in seconds since 1970: SOURCE_DATE_EPOCH
 * (https://reproducible-builds.org/specs/source-date-epoch/), else the time of the commit.
 */
export function sourceDate(root: string): number {
  const wanted = Number(process.env.SOURCE_DATE_EPOCH);
  if (Number.isInteger(wanted) && wanted > 0) return wanted;
  const git = Bun.spawnSync(["git", "log", "-1", "--format=%ct"], { cwd: root, stderr: "ignore" });
  const committed = Number(git.stdout.toString().trim());
  if (git.success && committed > 0) return committed;
  throw new Error(`${packageJson.name}: no git checkout and no SOURCE_DATE_EPOCH: packages need a date`);
}
