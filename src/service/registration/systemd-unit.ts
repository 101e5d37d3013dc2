import SYSTEM_UNIT from "../../../installer/systemd/canvuslocallm.service" with { type: "text" };
import USER_UNIT from "../../../installer/systemd/canvuslocallm-user.service" with { type: "text" };

/** Where the packages put the executable; the units name it. */
const PACKAGED_EXECUTABLE = "/opt/canvuslocallm/canvuslocallm";

/** The first words of our units: what begins otherwise was written by somebody else. */
const MARK = "# Do not edit: an update replaces this file.";

/** The unit for an executable at this path. */
export function systemdUnit(executable: string, forUser: boolean): string {
  const unit = forUser ? USER_UNIT : SYSTEM_UNIT;
  return unit.replace(`ExecStart=${PACKAGED_EXECUTABLE} `, () => `ExecStart=${quoted(executable)} `);
}

export function isOurUnit(text: string): boolean {
  return text.startsWith(MARK);
}

/** systemd splits at spaces, expands % in any value, and $ in the arguments of a command. */
function quoted(path: string): string {
  const escaped = path.replaceAll("%", "%%");
  if (!/[\s"'\\]/.test(escaped)) return escaped;
  return `"${escaped.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
