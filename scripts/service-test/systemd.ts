import { Harness, TOKEN } from "../../src/e2e/harness.ts";
import { QUESTIONS } from "../chaos-test/questions.ts";
import { Checks, eventually } from "./checks.ts";
import { Container } from "./container.ts";
import { UserService } from "./user-manager.ts";

const EXE = "/opt/canvuslocallm/canvuslocallm";
const SETTINGS = "/etc/canvuslocallm/canvuslocallm.env";
const DROP_IN = "/etc/systemd/system/canvuslocallm.service.d/mine.conf";
/** The watchdog of the real unit would take 30 s; set as an administrator would. */
const WATCHDOG_S = 3;
/** systemd's own scale: 0 is a closed box, 10 no protection at all. */
const MAX_EXPOSURE = 2;
/** What may stay when the service is uninstalled: data, settings, log files, the account that owns them. */
const MAY_STAY =
  /^\/(etc\/canvuslocallm|var\/lib\/canvuslocallm|var\/log\/canvuslocallm|etc\/systemd\/system\/canvuslocallm\.service\.d)(\/|$)|^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-?$|^\/(var\/(log|lib\/systemd|tmp|cache)|tmp|root)\//;

const container = new Container(process.argv[2] ?? "");
const checks = new Checks();
const { check } = checks;

const service = (command: string) => container.run(EXE, "service", command);

/** Each question is another one, so that its answer cannot be taken for an earlier one's. */
const questions = [...QUESTIONS];

async function ask(harness: Harness): Promise<{ readonly id: string; readonly answer: string }> {
  const [question, answer] = questions.shift() ?? ["", ""];
  const { id } = await harness.canvas.addNote(`{{${question}}}`);
  return { id, answer };
}

async function answers(harness: Harness): Promise<boolean> {
  const { id, answer } = await ask(harness);
  await harness.canvas.answerWith(answer, id);
  return harness.canvas.answers.filter(({ text }) => text === answer).length === 1;
}

function modelIsLoaded(): Promise<boolean> {
  return eventually(10, async () => / loaded$/.test(await container.property("StatusText")));
}

async function installation(harness: Harness): Promise<void> {
  const tooEarly = await service("start");
  check("start before install says what to do", tooEarly.output.includes("service install"), tooEarly);
  const installed = await service("install");
  check("install", installed.exitCode === 0 && installed.output.includes(SETTINGS), installed);
  const settings = { ...harness.settings(), CANVUS_API_KEY: TOKEN, CANVUSLLM_DATA_DIR: undefined };
  const lines = Object.entries(settings).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  await container.shell(`cat > ${SETTINGS} <<'END'\n${lines.join("\n")}\nEND`);
  await container.shell(
    `mkdir -p ${DROP_IN.replace("/mine.conf", "")}; printf '[Service]\\nWatchdogSec=${WATCHDOG_S}\\n' > ${DROP_IN}`,
  );
  const again = await service("install");
  const kept = await container.run("cat", SETTINGS);
  check("install again keeps the settings", again.exitCode === 0 && kept.output === lines.join("\n"), again);
  const verified = await container.run("systemd-analyze", "verify", "canvuslocallm.service");
  check("systemd finds no fault in the unit", verified.output === "", verified);
}

async function life(harness: Harness): Promise<void> {
  const began = performance.now();
  const started = await service("start");
  const took = Math.round(performance.now() - began);
  check(`start, ready after ${took} ms`, started.exitCode === 0, started);
  check("answers", await answers(harness));
  const described = () => container.property("StatusText");
  check(
    "tells systemd what it does",
    await eventually(10, async () => (await described()).startsWith("1 of 1 canvases live")),
    await described(),
  );
  const status = await service("status");
  check("status", status.exitCode === 0 && status.output.includes("active (running)"), status);
  const logs = await service("logs");
  check("logs", logs.exitCode === 0 && logs.output.includes('"prompt answered"'), logs);
  const owner = await container.run("stat", "-c", "%U", `/proc/${await container.property("MainPID")}`);
  check("runs as its own user", owner.output === "canvuslocallm", owner);
  const { output } = await container.run("systemd-analyze", "security", "--no-pager", "canvuslocallm");
  const exposure = Number(/level for .*: ([\d.]+)/.exec(output)?.[1]);
  check(`exposure ${exposure} of 10, at most ${MAX_EXPOSURE}`, exposure <= MAX_EXPOSURE);
}

async function comesBack(harness: Harness, signal: "KILL" | "STOP", why: string): Promise<void> {
  const before = await container.property("MainPID");
  const began = performance.now();
  await container.run("systemctl", "kill", "--kill-who=main", "--signal", signal, "canvuslocallm");
  const back = await eventually(20, async () => {
    const [pid, state] = [await container.property("MainPID"), await container.property("ActiveState")];
    return state === "active" && pid !== before && pid !== "0";
  });
  check(`${why}: restarted after ${Math.round(performance.now() - began)} ms`, back);
  check(`${why}: answers again`, await answers(harness));
}

async function stopUnderLoad(harness: Harness): Promise<void> {
  check("the model is loaded again", await modelIsLoaded());
  const main = await container.property("MainPID");
  const freeze = (signal: string) =>
    container.shell(
      `for child in $(cat /proc/${main}/task/${main}/children); do kill -${signal} $child; done`,
    );
  await freeze("STOP");
  const { id, answer } = await ask(harness);
  await harness.canvas.until(() => harness.canvas.history.get(id)?.find((text) => text.includes("⏳")));
  const stopping = service("stop");
  const waits = await eventually(
    10,
    async () => (await container.property("ActiveState")) === "deactivating",
  );
  check("stop in the middle of an answer waits for it", waits);
  await freeze("CONT");
  const stopped = await stopping;
  await harness.canvas.answerWith(answer, id);
  check("the answer was finished", stopped.exitCode === 0, stopped);
  const shown = await container.shell(
    'journalctl -u canvuslocallm -o cat --no-pager | grep \'"message":"stopped"\' | tail -1',
  );
  check("the last entry says 143, not forced", /"forced":false,"exit_code":143/.test(shown.output), shown);
  check("for systemd that is success", (await container.property("Result")) === "success");
  const left = await container.shell(
    "ls /var/lib/canvuslocallm; readlink /proc/[0-9]*/exe | grep canvuslocallm",
  );
  check(
    "no lock, no log of the database, no process is left",
    !/wal|shm|\.pid|^\/opt/m.test(left.output),
    left,
  );
}

async function removal(before: ReadonlySet<string>): Promise<void> {
  const removed = await service("uninstall");
  check("uninstall", removed.exitCode === 0, removed);
  check("uninstall again harms nothing", (await service("uninstall")).exitCode === 0);
  check("systemd has forgotten it", (await container.property("LoadState")) === "not-found");
  const added = [...(await container.files())].filter((file) => !before.has(file));
  const unexpected = added.filter((file) => !MAY_STAY.test(file));
  check("nothing but data, settings and log files is left", unexpected.length === 0, unexpected);
  check(
    "drop-ins and the database are kept",
    [DROP_IN, "/var/lib/canvuslocallm/data.db"].every((file) => added.includes(file)),
  );
}

const harness = await Harness.start();
try {
  const before = await container.files();
  await installation(harness);
  await life(harness);
  await comesBack(harness, "KILL", "kill -9");
  await comesBack(harness, "STOP", "a main loop that hangs");
  await stopUnderLoad(harness);
  await removal(before);
  await new UserService(container, checks).play(harness, () => answers(harness));
} catch (error) {
  const log = await container.shell("journalctl -u canvuslocallm -o cat --no-pager | tail -30");
  check("the test came to its end", false, `${error}\n${log.output}`);
} finally {
  await harness.close();
}
process.exit(checks.end());
