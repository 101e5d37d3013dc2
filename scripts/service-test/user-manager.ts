import type { Harness } from "../../src/e2e/harness.ts";
import { TOKEN } from "../../src/e2e/harness.ts";
import { type Checks, eventually } from "./checks.ts";
import type { Container } from "./container.ts";

const EXE = "/opt/canvuslocallm/canvuslocallm";
const PERSON = "person";
const HOME = `/home/${PERSON}`;
const SETTINGS = `${HOME}/.config/canvuslocallm/canvuslocallm.env`;

/** `service … --user`: a person without any rights, under a systemd of their own. */
export class UserService {
  readonly #container: Container;
  readonly #checks: Checks;
  #runtimeFolder = "";

  constructor(container: Container, checks: Checks) {
    this.#container = container;
    this.#checks = checks;
  }

  /** @param answers asks something on the canvas and tells whether the service answers it */
  async play(harness: Harness, answers: () => Promise<boolean>): Promise<void> {
    await this.#login();
    await this.#install(harness);
    await this.#live(answers);
    await this.#remove();
  }

  async #login(): Promise<void> {
    await this.#container.run("useradd", "--create-home", PERSON);
    const { output: id } = await this.#container.run("id", "-u", PERSON);
    this.#runtimeFolder = `/run/user/${id}`;
    // The systemd of a person runs while they are logged in, and with this also when they are not.
    const lingers = await this.#container.run("loginctl", "enable-linger", PERSON);
    const runs = await eventually(
      20,
      async () => (await this.#systemctl("is-active", "default.target")) === "active",
    );
    this.#checks.check("a person has a systemd of their own", runs, lingers);
  }

  async #install(harness: Harness): Promise<void> {
    const { check } = this.#checks;
    const refused = await this.#asPerson(EXE, "service", "install");
    check(
      "without --user a person is told how to go on",
      /sudo .* or use --user/.test(refused.output),
      refused,
    );
    const installed = await this.#service("install");
    check("install --user", installed.exitCode === 0 && installed.output.includes(SETTINGS), installed);
    const settings = { ...harness.settings(), CANVUS_API_KEY: TOKEN, CANVUSLLM_DATA_DIR: undefined };
    const lines = Object.entries(settings).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
    await this.#container.shell(`cat > ${SETTINGS} <<'END'\n${lines.join("\n")}\nEND`);
    const owner = await this.#container.run("stat", "-c", "%U %a", SETTINGS);
    check("its settings are for the person only", owner.output === `${PERSON} 600`, owner);
  }

  async #live(answers: () => Promise<boolean>): Promise<void> {
    const { check } = this.#checks;
    const started = await this.#service("start");
    check("start --user", started.exitCode === 0, started);
    check("answers", await answers());
    const status = await this.#service("status");
    check("status --user", status.exitCode === 0 && status.output.includes("active (running)"), status);
    const owner = await this.#container.run("stat", "-c", "%U", `/proc/${await this.#property("MainPID")}`);
    check("runs as that person", owner.output === PERSON, owner);
    const logs = await this.#service("logs");
    check("logs --user", logs.exitCode === 0 && logs.output.includes('"prompt answered"'), logs);
    const before = await this.#property("MainPID");
    await this.#systemctl("kill", "--kill-who=main", "--signal", "KILL", "canvuslocallm");
    const isBack = await eventually(20, async () => {
      const [pid, state] = [await this.#property("MainPID"), await this.#property("ActiveState")];
      return state === "active" && pid !== before;
    });
    check("kill -9: restarted", isBack);
    const stopped = await this.#service("stop");
    check("stop --user", stopped.exitCode === 0 && (await this.#property("Result")) === "success", stopped);
  }

  async #remove(): Promise<void> {
    const { check } = this.#checks;
    const removed = await this.#service("uninstall");
    check("uninstall --user", removed.exitCode === 0, removed);
    check("their systemd has forgotten it", (await this.#property("LoadState")) === "not-found");
    const { output } = await this.#container.run("find", `${HOME}/.config`, "-name", "*canvuslocallm*");
    const left = output.split("\n").sort();
    const kept = [`${HOME}/.config/canvuslocallm`, SETTINGS];
    check("of its registration only the settings are left", Bun.deepEquals(left, kept), left);
    const data = await this.#container.run("ls", `${HOME}/.canvuslocallm`);
    check("the database is kept", data.output.includes("data.db"), data);
  }

  #service(command: string) {
    return this.#asPerson(EXE, "service", command, "--user");
  }

  async #property(name: string): Promise<string> {
    return this.#systemctl("show", "--value", "-p", name, "canvuslocallm");
  }

  async #systemctl(...args: readonly string[]): Promise<string> {
    return (await this.#asPerson("systemctl", "--user", ...args)).output;
  }

  #asPerson(...command: readonly string[]) {
    const environment = ["env", `HOME=${HOME}`, `XDG_RUNTIME_DIR=${this.#runtimeFolder}`];
    return this.#container.run("runuser", "-u", PERSON, "--", ...environment, ...command);
  }
}
