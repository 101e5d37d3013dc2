import { type Command, Option } from "commander";
import type { ServiceManager } from "../service/registration/service-manager.ts";
import { examples } from "./examples.ts";

interface Arguments {
  readonly user?: true;
  readonly follow?: true;
}

/** `canvuslocallm service …`: has the system start it, restart it after a crash, and stop it. */
export function addServiceCommands(program: Command, finish: (exitCode: number) => void): void {
  const service = program
    .command("service")
    .description("Run it as a service of the system: systemd on Linux, a Windows service on Windows.")
    .addHelpText(
      "after",
      examples([
        ["sudo canvuslocallm service install", "Register it, then fill in the settings it names."],
        ["sudo canvuslocallm service start", "Start it; from now on it also starts with the system."],
        ["canvuslocallm service install --user", "A service of your own, without root."],
      ]),
    );

  const add = (
    name: string,
    description: string,
    run: (manager: ServiceManager, options: Arguments) => Promise<number>,
  ) =>
    service
      .command(name)
      .description(description)
      .addOption(new Option("--user", "The service of this user instead of the system's (Linux)."))
      .action(async (options: Arguments) => {
        const { serviceManager } = await import("./service.ts");
        finish(await run(serviceManager(options.user === true), options));
      });

  add("install", "Register it. Settings and drop-ins that are there stay as they are.", (manager) =>
    manager.install(),
  ).addHelpText(
    "after",
    `
Linux: needs systemd, root (sudo), and the program in a folder that every user
may read, such as /opt/canvuslocallm. With --user it needs only systemd.
Windows: needs an administrator's terminal.
Then fill in the settings file that it names, and: canvuslocallm service start`,
  );
  add("uninstall", "Stop it and take the registration away. Settings, database and logs stay.", (manager) =>
    manager.uninstall(),
  );
  add("start", "Start it.", (manager) => manager.start());
  add("stop", "Stop it; what is being answered may end.", (manager) => manager.stop());
  add("restart", "Stop it and start it again, for example after a change of its settings.", (manager) =>
    manager.restart(),
  );
  add("status", "Show whether it runs, and what it does.", (manager) => manager.status());
  add("logs", "Show the last log entries.", (manager, { follow }) => manager.logs(follow === true)).option(
    "--follow",
    "Go on with each new one.",
  );
}
