import { join } from "node:path";
import { DashboardClient } from "../../src/e2e/dashboard-client.ts";
import { Harness } from "../../src/e2e/harness.ts";
import type { Findings } from "./findings.ts";
import { sqlmap, type Target, wapiti } from "./scanners.ts";

const PASSWORD = "a-long-password-of-the-scan";
/** Fewer requests mean that a scanner was kept out instead of finding nothing. */
const FEWEST_REQUESTS = { stranger: 50, visitor: 500 } as const;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** HTTPS, so that what belongs to it is looked at as well. */
async function certificate(folder: string): Promise<Record<string, string>> {
  const files = { WEBUI_TLS_CERT: join(folder, "cert.pem"), WEBUI_TLS_KEY: join(folder, "key.pem") };
  const subject = ["-nodes", "-days", "2", "-subj", "/CN=localhost"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const out = ["-keyout", files.WEBUI_TLS_KEY, "-out", files.WEBUI_TLS_CERT];
  const made = Bun.spawnSync(["openssl", "req", "-x509", ...key, ...subject, ...out]);
  if (!made.success) throw new Error(made.stderr.toString());
  return files;
}

async function scan(harness: Harness): Promise<number> {
  const service = await harness.runReady({
    ...(await certificate(harness.folder)),
    WEBUI_PWD: PASSWORD,
    CANVUSLLM_LOG_LEVEL: "debug",
  });
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.answerWith("Paris.", question.id);
  const visitor = new DashboardClient(service.url);
  await visitor.login(PASSWORD);

  const { url } = service;
  const answered = () => service.log.filter(({ message }) => message === "dashboard request");
  const stranger: Target = { url, cookie: null, folder: harness.folder };
  const known: Target = { ...stranger, cookie: visitor.cookie };
  const problems: string[] = [];
  const step = async (name: string, fewest: number, work: () => Promise<Findings>) => {
    const before = answered().length;
    const { found, explained } = await work();
    const requests = answered().length - before;
    say(`  ${found.length === 0 ? "ok  " : "FAIL"}  ${name}: ${requests} requests, ${found.length} findings`);
    for (const line of explained) say(`        not counted: ${line}`);
    for (const line of found) say(`        ${line}`);
    problems.push(...found);
    if (requests < fewest) problems.push(`${name}: only ${requests} requests reached the dashboard`);
  };
  await step("wapiti, not logged in", FEWEST_REQUESTS.stranger, () => wapiti(stranger));
  await step("wapiti, logged in", FEWEST_REQUESTS.visitor, () => wapiti(known));
  await step("sqlmap on the filters of the history", FEWEST_REQUESTS.visitor, () => sqlmap(known));

  const failed = answered().filter(({ status_code }) => Number(status_code) >= 500);
  problems.push(...failed.map(({ method, url: path, status_code }) => `${status_code}: ${method} ${path}`));
  if (!(await visitor.isIn()))
    problems.push("the session ended during the scan: not all was scanned logged in");
  if ((await service.stop()) !== 143) problems.push("the service did not end properly after the scan");
  say(problems.length === 0 ? "Nothing was found." : `${problems.length} findings:`);
  for (const problem of problems) say(`  - ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

const harness = await Harness.start();
try {
  process.exitCode = await scan(harness);
} finally {
  await harness.close();
}
