import { Database } from "bun:sqlite";
import { cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Harness } from "../../src/e2e/harness.ts";
import { QUESTIONS } from "../chaos-test/questions.ts";
import { signFile } from "../package/sign-windows.ts";
import { Checks, eventually } from "../service-test/checks.ts";

const checks = new Checks();
const { check } = checks;

const PROGRAM = "Program Files/CanvusLocalLLM";
const DATA = "ProgramData/CanvusLocalLLM";
const MENU = "ProgramData/Microsoft/Windows/Start Menu/Programs/CanvusLocalLLM";
const UNINSTALL_KEY = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\CanvusLocalLLM";
const PORT = 38_418;

const { values } = parseArgs({
  options: {
    /** Under Wine: what runs a command there, and its folder on this machine. */
    wine: { type: "string" },
    folder: { type: "string" },
    /** On Windows itself: the installer. There the service is tried as well. */
    setup: { type: "string" },
  },
});
const folder = values.folder ?? "";
const isReal = values.wine === undefined;
const launcher = isReal ? [] : [values.wine ?? "", "wine"];
const drive = isReal ? "C:/" : join(folder, "prefix/drive_c");
const executable = "C:\\Program Files\\CanvusLocalLLM\\canvuslocallm.exe";

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

function start(args: readonly string[], env: Record<string, string> = {}) {
  return Bun.spawn([...launcher, ...args], {
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function run(...args: readonly string[]): Promise<Outcome> {
  const child = start(args);
  const texts = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { exitCode: await child.exited, output: texts.join("").trim() };
}

const setup = (...options: readonly string[]) =>
  run(values.setup ?? "/root/platform-test/setup.exe", "/S", `/SERVICE=${isReal ? "yes" : "no"}`, ...options);
const program = (...args: readonly string[]) => run(executable, ...args);
const isService = async () => (await run("sc", "query", "canvuslocallm")).exitCode === 0;
const isThere = (...path: readonly string[]) => Bun.file(join(drive, ...path)).exists();
const namesIn = (path: string) => readdir(join(drive, path)).catch(() => null);
const isRegistered = async () => (await run("reg", "query", UNINSTALL_KEY, "/reg:64")).exitCode === 0;

async function installed(): Promise<void> {
  const { exitCode, output } = await setup();
  check("silent installation", exitCode === 0, output);
  const list = (await readFile(join(drive, PROGRAM, "installed-files.txt"), "utf8")).trim().split("\r\n");
  const files = list.filter((path) => !path.endsWith("\\")).map((path) => path.replaceAll("\\", "/"));
  const missing: string[] = [];
  for (const path of files) if (!(await isThere(PROGRAM, path))) missing.push(path);
  check(`all ${files.length} files are there`, files.length > 10 && missing.length === 0, missing);
  if (isReal) check("the service is registered", await isService());
  check("Windows lists it among the programs", await isRegistered());
  if (isReal) check("settings wait to be filled in", await isThere(DATA, "canvuslocallm.env"));
  const version = await program("version");
  check(version.output.split("\n")[0] ?? "version", version.exitCode === 0, version);
}

function isReady(): Promise<boolean> {
  return fetch(`http://127.0.0.1:${PORT}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** As its users do it: settings in their file, the service by its commands. */
async function serves(): Promise<void> {
  const harness = await Harness.start();
  const [question, answer] = QUESTIONS[1] ?? ["", ""];
  try {
    const settings = { ...harness.settings({ PORT: String(PORT) }), CANVUSLLM_DATA_DIR: undefined };
    const lines = Object.entries(settings).flatMap(([name, value]) =>
      value ? [`${name}=${value}\r\n`] : [],
    );
    await writeFile(join(drive, DATA, "canvuslocallm.env"), lines.join(""));
    const started = await program("service", "start");
    check("the service starts", started.exitCode === 0 && (await eventually(120, isReady)), started);
    const { id } = await harness.canvas.addNote(`{{${question}}}`);
    await harness.canvas.answerWith(answer, id);
    check("the service answers", true);
    const { exitCode, output } = await setup();
    check("an upgrade while it runs", exitCode === 0, output);
    check("starts it again", await eventually(120, isReady));
    const stopped = await program("service", "stop");
    check("the service stops", stopped.exitCode === 0, stopped);
  } catch (error) {
    check("the service answers", false, String(error));
  } finally {
    await harness.close();
  }
}

/** In the foreground: the only way under Wine, which has no .NET for WinSW. */
async function answers(): Promise<void> {
  const harness = await Harness.start();
  const [question, answer] = QUESTIONS[0] ?? ["", ""];
  const dataFolder = "C:\\platform-test-data";
  const settings = harness.settings({ PORT: String(PORT), CANVUSLLM_DATA_DIR: dataFolder });
  const service = start([executable, "run"], settings);
  const said = new Response(service.stderr).text();
  try {
    const ready = await eventually(120, isReady);
    check("the service is ready, its native engine loaded", ready);
    if (!ready) return;
    const { id } = await harness.canvas.addNote(`{{${question}}}`);
    const note = await harness.canvas.answerWith(answer, id);
    check(`"${question}" is answered with "${note.text}"`, true);
  } catch (error) {
    check("answers", false, String(error));
  } finally {
    await run("taskkill", "/F", "/IM", "canvuslocallm.exe");
    service.kill("SIGKILL");
    await service.exited;
    await harness.close();
  }
  const database = new Database(join(drive, "platform-test-data/data.db"), { readonly: true });
  const rows = database.query<{ status: string }, []>("SELECT status FROM processing_history").all();
  database.close();
  check("the database has it", rows.length === 1 && rows[0]?.status === "succeeded", {
    rows,
    log: (await said).slice(-2000),
  });
}

async function upgraded(): Promise<void> {
  const list = join(drive, PROGRAM, "installed-files.txt");
  await writeFile(list, `obsolete.txt\r\n${await readFile(list, "utf8")}`);
  await writeFile(join(drive, PROGRAM, "obsolete.txt"), "");
  await writeFile(join(drive, PROGRAM, "mine.txt"), "");
  await mkdir(join(drive, DATA), { recursive: true });
  await writeFile(join(drive, DATA, "canvuslocallm.env"), "CANVUS_SERVER=https://mine.example.com\n");
  const { exitCode, output } = await setup();
  check("upgrade in place", exitCode === 0, output);
  check("what the new version no longer has is gone", !(await isThere(PROGRAM, "obsolete.txt")));
  const settings = await readFile(join(drive, DATA, "canvuslocallm.env"), "utf8");
  check("the upgrade kept the settings", settings.includes("mine.example.com"), settings);
  const version = await program("version");
  check("it still starts", version.exitCode === 0, version);
}

/** With a certificate of our own, which nobody trusts: it is about the program that follows the signature. */
async function signed(): Promise<void> {
  const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", `${folder}/key.pem`];
  const usage = ["-subj", "/CN=test", "-days", "2", "-addext", "extendedKeyUsage=codeSigning"];
  Bun.spawnSync(["openssl", "req", "-x509", ...key, ...usage, "-out", `${folder}/certificate.pem`]);
  const pkcs12 = join(folder, "certificate.p12");
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, "secret");
  const pair = ["-inkey", `${folder}/key.pem`, "-in", `${folder}/certificate.pem`];
  Bun.spawnSync(["openssl", "pkcs12", "-export", ...pair, "-passout", "pass:secret", "-out", pkcs12]);
  const copy = join(drive, "signed");
  await mkdir(copy);
  await cp(join(drive, PROGRAM), copy, { recursive: true });
  await signFile(join(copy, "canvuslocallm.exe"), { pkcs12, passwordFile });
  const verified = Bun.spawnSync([
    "osslsigncode",
    "verify",
    "-CAfile",
    `${folder}/certificate.pem`,
    "-in",
    join(copy, "canvuslocallm.exe"),
  ]);
  check(
    "the signature is whole",
    /Signature verification: ok/.test(verified.stdout.toString()),
    verified.stdout.toString().slice(-800),
  );
  const version = await run("C:\\signed\\canvuslocallm.exe", "version");
  check("the signed program starts", version.exitCode === 0, version);
}

async function removed(): Promise<void> {
  await rename(join(drive, PROGRAM, "mine.txt"), join(drive, "mine.txt"));
  await run("C:\\Program Files\\CanvusLocalLLM\\uninstall.exe", "/S");
  // The uninstaller goes on as a copy of itself.
  const gone = await eventually(60, async () => (await namesIn(PROGRAM)) === null);
  check("uninstalling leaves nothing of the program", gone, await namesIn(PROGRAM));
  check("nor in the start menu", (await namesIn(MENU)) === null, await namesIn(MENU));
  check("nor in the registry", !(await isRegistered()));
  if (isReal) check("nor a service", !(await isService()));
  check("settings and data stay", await isThere(DATA, "canvuslocallm.env"));
}

await installed();
// Here the program itself plays the Canvus server; elsewhere the one of the Linux package does.
if (isReal) process.env.CLL_EXECUTABLE = executable;
await answers();
await upgraded();
if (isReal) await serves();
else await signed();
await removed();
process.exit(checks.end());
