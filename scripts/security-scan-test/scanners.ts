import { join } from "node:path";
import { type Findings, sqlmapFindings, wapitiFindings } from "./findings.ts";

/** Not those that ask somebody on the internet (ssrf, xxe, nikto, wapp). */
const MODULES = [
  ...["backup", "blindsql", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers"],
  ...["methods", "permanentxss", "redirect", "shellshock", "sql", "xss"],
];
const CRAWL_S = 45;
const ATTACK_S = 20;
const WAPITI_LIMIT_MS = 150_000;
const SQLMAP_LIMIT_MS = 120_000;

/** The filters of the history; each goes into a query. */
const FILTERS = ["q", "from", "to", "canvas", "operation", "status", "model", "before", "limit"];

export interface Target {
  readonly url: string;
  /** `name=value`, or none for a stranger. */
  readonly cookie: string | null;
  /** For what scanners write. */
  readonly folder: string;
}

/** @throws Error when it ended without a report */
export async function wapiti({ url, cookie, folder }: Target): Promise<Findings> {
  const report = join(folder, `wapiti-${cookie === null ? "out" : "in"}.json`);
  const session = cookie === null ? [] : ["-H", `Cookie: ${cookie}`];
  const output = await run(
    [
      ...["/usr/bin/python3", join(import.meta.dir, "run_wapiti.py"), "-u", `${url}/`, "--flush-session"],
      ...[
        "-v",
        "0",
        "-m",
        MODULES.join(","),
        "--no-bugreport",
        "--verify-ssl",
        "0",
        "-f",
        "json",
        "-o",
        report,
      ],
      ...["--max-scan-time", String(CRAWL_S), "--max-attack-time", String(ATTACK_S), "-x", `${url}/logout*`],
      ...[
        "-s",
        `${url}/login`,
        "-s",
        `${url}/history`,
        "-s",
        `${url}/errors`,
        "-s",
        `${url}/logs?level=info&q=a`,
      ],
      ...["-s", `${url}/api/v1/history?q=a&status=failed`, ...session, "-H", `Origin: ${url}`],
    ],
    folder,
    WAPITI_LIMIT_MS,
  );
  if (!(await Bun.file(report).exists()))
    throw new Error(`wapiti ended without a report:\n${output.slice(-2000)}`);
  return wapitiFindings(await Bun.file(report).json());
}

export async function sqlmap({ url, cookie, folder }: Target): Promise<Findings> {
  const query =
    "q=capital&from=2026-01-01&to=2030-01-01&canvas=canvas-1&operation=note_prompt&status=succeeded&model=demo&before=9&limit=5";
  const output = await run(
    [
      ...[
        "sqlmap",
        "-u",
        `${url}/api/v1/history?${query}`,
        "-p",
        FILTERS.join(","),
        "--batch",
        "--dbms=sqlite",
      ],
      ...[
        "--level=2",
        "--risk=1",
        "--technique=BEU",
        "--threads=4",
        "--timeout=5",
        "--retries=0",
        "--flush-session",
      ],
      ...["--disable-coloring", "--output-dir", folder, ...(cookie === null ? [] : ["--cookie", cookie])],
    ],
    folder,
    SQLMAP_LIMIT_MS,
  );
  return sqlmapFindings(output, FILTERS);
}

async function run(command: readonly string[], folder: string, limitMs: number): Promise<string> {
  const child = Bun.spawn([...command], {
    // Both keep sessions in the home folder.
    env: { PATH: process.env.PATH ?? "", HOME: folder, LANG: "C.UTF-8" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: limitMs,
  });
  const [out, error] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return out + error;
}
