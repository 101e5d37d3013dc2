import { Database } from "bun:sqlite";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DashboardClient } from "../../src/e2e/dashboard-client.ts";
import { Harness } from "../../src/e2e/harness.ts";
import { QUESTIONS } from "../chaos-test/questions.ts";
import { Checks, eventually } from "../service-test/checks.ts";
import { Container } from "../service-test/container.ts";
import { debianPackage, type Installation, tarball } from "./installation.ts";

const checks = new Checks();
const { check } = checks;

const SETTINGS = "/etc/canvuslocallm/canvuslocallm.env";
const DATA = "/var/lib/canvuslocallm";
const PASSWORD = "a-long-password-of-the-tests";
/** The container has the network of this machine. */
const PORT = 38_417;
/** What a purged package may leave: the package manager's and the system's own records. */
const RECORDS =
  /^\/(etc\/(passwd|group|shadow|gshadow|subuid|subgid)-?|var\/(lib\/(dpkg|systemd|apt)|log|cache|tmp)(\/.*)?|tmp\/.*|root\/.*|run\/.*)$/;

const { values } = parseArgs({
  options: { init: { type: "string" }, folder: { type: "string" }, kind: { type: "string" } },
});
const container = new Container(values.init ?? "");
const folder = values.folder ?? "";
const isDeb = values.kind === "deb";
const installation: Installation = isDeb ? debianPackage(container, check) : tarball(container, check);

const questions = [...QUESTIONS];

const service = (command: string) => container.run(installation.executable, "service", command);
const isActive = async () => (await container.property("ActiveState")) === "active";
const url = `http://127.0.0.1:${PORT}`;

async function isReady(): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** @returns the question that was answered */
async function answers(what: string, harness: Harness): Promise<string> {
  const [question, answer] = questions.shift() ?? ["", ""];
  const ready = await eventually(60, isReady);
  if (!ready) {
    const log = await container.shell("journalctl -u canvuslocallm -o cat --no-pager | tail -15");
    check(`${what}: ready`, false, log.output);
    return question;
  }
  const { id } = await harness.canvas.addNote(`{{${question}}}`);
  const note = await harness.canvas.answerWith(answer, id);
  check(`${what}: "${question}" is answered with "${note.text}"`, true);
  return question;
}

/** Looks into the database as it lies on the disk. */
function expectRow(what: string, question: string): void {
  const database = new Database(join(folder, DATA, "data.db"), { readonly: true });
  const rows = database
    .query<{ status: string; model: string }, [string]>(
      "SELECT status, model FROM processing_history WHERE prompt LIKE '%' || ? || '%'",
    )
    .all(question);
  database.close();
  check(
    `${what}: the database has "${question}" once, succeeded`,
    rows.length === 1 && rows[0]?.status === "succeeded",
    rows,
  );
}

async function configure(harness: Harness): Promise<string> {
  const settings = {
    ...harness.settings(),
    CANVUSLLM_DATA_DIR: undefined,
    PORT: String(PORT),
    WEBUI_PWD: PASSWORD,
  };
  const lines = Object.entries(settings).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  const text = lines.join("\n");
  // Written into the file that is there, as an editor does: owner and mode stay.
  await container.shell(`cat > ${SETTINGS} <<'END'\n${text}\nEND`);
  return text;
}

async function installed(): Promise<void> {
  await installation.install("previous");
  check("enabled", (await container.property("UnitFileState")) === "enabled");
  check("not started before it has settings", !(await isActive()));
  const { output: access } = await container.run("stat", "-c", "%U:%G %a", SETTINGS);
  check("settings are root's, readable for the service", access === "root:canvuslocallm 640", access);
  const early = await service("start");
  check("a start without settings says what is missing", early.output.includes(SETTINGS), early);
  check("and is no failed service", (await container.property("ActiveState")) === "inactive");
}

async function started(harness: Harness): Promise<string> {
  const settings = await configure(harness);
  const { exitCode, output } = await service("start");
  check("starts", exitCode === 0, output);
  const question = await answers("started", harness);
  const visitor = new DashboardClient(url);
  check("refuses a wrong password", (await visitor.login("wrong")).status !== 303);
  await visitor.login(PASSWORD);
  check("lets the right one in", await visitor.isIn());
  expectRow("started", question);
  const doctor = await container.run(
    "setpriv",
    "--reuid=canvuslocallm",
    "--regid=canvuslocallm",
    "--clear-groups",
    installation.executable,
    "doctor",
    "--json",
  );
  const asTheService = [SETTINGS, `${DATA} (mode 700)`].every((text) => doctor.output.includes(text));
  check("doctor runs beside it, with its settings and folders", asTheService, doctor);
  return settings;
}

async function upgraded(harness: Harness, settings: string): Promise<void> {
  const earlier = QUESTIONS[0]?.[0] ?? "";
  const before = await container.property("MainPID");
  await installation.install("current");
  const after = await container.property("MainPID");
  check("the upgrade restarted it", (await isActive()) && after !== before && after !== "0");
  const { output } = await container.run("cat", SETTINGS);
  check("the upgrade kept the settings", output === settings, output);
  const { output: access } = await container.run("stat", "-c", "%U:%G %a", SETTINGS);
  check("and who may read them", access === "root:canvuslocallm 640", access);
  const obsolete = await container.shell(
    `ls "$(dirname "$(readlink -f ${installation.executable})")"/obsolete-file`,
  );
  check("what the new version no longer has is gone", obsolete.exitCode !== 0, obsolete);
  await answers("upgraded", harness);
  expectRow("upgraded", earlier);
}

async function crashed(harness: Harness): Promise<void> {
  const before = await container.property("MainPID");
  await container.shell(`kill -KILL ${before}`);
  const back = await eventually(
    30,
    async () => (await isActive()) && (await container.property("MainPID")) !== before,
  );
  check("is started again after a crash", back);
  await answers("after the crash", harness);
}

async function stopped(): Promise<void> {
  const { exitCode, output } = await service("stop");
  check("stops", exitCode === 0, output);
  check("properly", (await container.property("Result")) === "success");
  // Stopped by hand, it stays stopped.
  await installation.install("current");
  check("an upgrade does not start what was stopped", !(await isActive()));
}

async function removed(before: ReadonlySet<string>): Promise<void> {
  await installation.remove();
  const kept = await container.run("ls", SETTINGS, `${DATA}/data.db`);
  check("removing keeps settings and data", kept.exitCode === 0, kept);
  check("systemd has no such service", (await container.property("LoadState")) !== "loaded");
  await installation.purge();
  const left = [...(await container.files())].filter((file) => !before.has(file));
  const ours = left.filter((file) => /canvus/i.test(file) && !file.startsWith("/root/"));
  check("purging leaves nothing of it", ours.length === 0, ours);
  const others = left.filter((file) => !RECORDS.test(file));
  check("nor anything else", others.length === 0, others);
  check("nor its account", (await container.run("getent", "passwd", "canvuslocallm")).exitCode !== 0);
}

const harness = await Harness.start();
try {
  const before = await container.files();
  await installed();
  const settings = await started(harness);
  await upgraded(harness, settings);
  await crashed(harness);
  await stopped();
  await removed(before);
} catch (error) {
  const log = await container.shell("journalctl -u canvuslocallm -o cat --no-pager | tail -30");
  check("the test came to its end", false, `${error}\n${log.output}`);
} finally {
  await harness.close();
}
process.exit(checks.end());
