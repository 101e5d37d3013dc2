/** A booted container, seen from outside through the process id of its init. */
export class Container {
  readonly #init: string;

  constructor(init: string) {
    this.#init = init;
  }

  /** Runs a command inside. @returns what it said, and its exit code */
  async run(...command: readonly string[]): Promise<{ readonly output: string; readonly exitCode: number }> {
    const environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "SYSTEMD_COLORS=0"];
    const inside = Bun.spawn(["nsenter", "-t", this.#init, "-a", ...environment, ...command], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const texts = await Promise.all([new Response(inside.stdout).text(), new Response(inside.stderr).text()]);
    return { output: texts.join("").trim(), exitCode: await inside.exited };
  }

  shell(script: string): Promise<{ readonly output: string; readonly exitCode: number }> {
    return this.run("bash", "-c", script);
  }

  /** A property of the unit, as `systemctl show` has it. */
  async property(name: string): Promise<string> {
    return (await this.run("systemctl", "show", "--value", "-p", name, "canvuslocallm")).output;
  }

  /** Names of all files that stay when the machine is switched off. */
  async files(): Promise<Set<string>> {
    const { output } = await this.run("find", "/", "-xdev", "-not", "-path", "/var/log/journal*");
    return new Set(output.split("\n"));
  }
}
