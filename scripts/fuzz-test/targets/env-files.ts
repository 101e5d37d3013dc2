import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { loadConfig } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problem.ts";
import { SETTING_NAMES, settingOf } from "../../../src/config/schema.ts";
import { settingValues } from "../../../src/config/setting-values.ts";
import { Random } from "../../chaos-test/random.ts";
import { damaged } from "../damage.ts";
import { ownResidentBytes, type Target } from "../target.ts";

const SECRET = "qX7secretZ9";
const SECRETS = SETTING_NAMES.filter((name) => settingOf(name).secret);
const OTHERS = SETTING_NAMES.filter((name) => !settingOf(name).secret);
const VALUES = [
  ...["", "true", "yes", "0", "-1", "5", "1e9", "NaN", "Infinity", "99999999999999999999", "0x10"],
  ...["10s", "10 m", "1.5h", "-3d", "2 weeks", "50MB", "1 GiB", "1 PB", "80", "65536"],
  ...[
    "https://canvus.example.com",
    "http://",
    "https://user:pw@host",
    "ftp://x",
    "localhost:8090",
    "://",
    "../x",
    "~/x",
    "/dev/null",
  ],
  ...[
    "a,b,,c",
    ",",
    "builtin:demo",
    "info",
    "INFO",
    "verbose",
    "a#b",
    "#",
    "$HOME",
    "`id`",
    "\\",
    "'",
    '"',
    "'a'",
    '"a',
    "{}",
  ],
];

const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.nat({ max: 5000 }).map((length) => "x".repeat(length)) },
);
const quote = fc.constantFrom("", "", "", '"', "'", "`");
const secretLine = fc
  .tuple(fc.constantFrom(...SECRETS), quote, fc.constantFrom("", "1", " x", "\t"))
  .map(([name, mark, tail]) => `${name}=${mark}${SECRET}${tail}${mark}`);
const otherLine = fc
  .tuple(fc.constantFrom(...OTHERS), fc.constantFrom("=", " = ", "=", ":", " "), quote, value, quote)
  .map(([name, equals, open, text, close]) => `${name}${equals}${open}${text}${close}`);
const mistypedLine = fc
  .tuple(fc.constantFrom(...OTHERS), fc.nat(), value)
  .map(
    ([name, seed, text]) =>
      `${new TextDecoder().decode(damaged(Buffer.from(name), new Random(seed)))}=${text}`,
  );
const line = fc.oneof(
  { weight: 4, arbitrary: otherLine },
  { weight: 2, arbitrary: secretLine },
  { weight: 1, arbitrary: mistypedLine },
  { weight: 1, arbitrary: fc.constantFrom("", "# a comment", "export A=1", "=", "A", "A=", "\uFEFF") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);
/** With these alone the service starts. */
const ENOUGH = [
  "CANVUS_SERVER=https://canvus.example.com",
  `CANVUS_API_KEY=${SECRET}`,
  "CANVAS_IDS=Board",
  "LLAMA_MODEL_PATH=builtin:demo",
  "",
].join("\n");
const text = fc
  .tuple(
    fc.constantFrom("", "\uFEFF", ENOUGH),
    fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r")), { maxLength: 8 }),
  )
  .map(([start, lines]) => Buffer.from(start + lines.flat().join("")));
const bytes = fc.oneof(
  { weight: 8, arbitrary: text },
  // What a fault of the disk or of an editor makes of it may show anything, also what was a secret.
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }) },
);

/** Loads .env files as the service does at its start, and reads what it would tell people about them. */
export async function envFiles(): Promise<Target<Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), "cll-fuzz-env-"));
  const requested = join(folder, "settings.env");
  return {
    inputs: bytes,
    async check(content) {
      await writeFile(requested, content);
      const loaded = await loadConfig({
        environment: {},
        envFile: { requested, directories: [] },
        workingDirectory: folder,
      });
      const said = [...loaded.problems, ...loaded.warnings].map(formatProblem).join("\n");
      if (said.includes(SECRET)) throw new Error(`a secret is told: ${said}`);
      if ((loaded.config === undefined) !== loaded.problems.length > 0)
        throw new Error("neither settings nor problems");
      settingValues(loaded);
      return loaded.config === undefined ? "refused" : "taken";
    },
    residentBytes: ownResidentBytes,
    maxGrowth: 64e6,
    describe: (content) => JSON.stringify(Buffer.from(content).toString("latin1")),
    end: () => rm(folder, { recursive: true }),
  };
}
