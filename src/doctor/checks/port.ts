import { type Check, notChecked, ok, warn } from "../check.ts";
import { portHolder } from "../port-holder.ts";
import { codeOf } from "./network.ts";

/** Free for the service, or held by the service itself, which then also says how it is. */
export const port: Check = {
  name: "port",
  title: "Web page port",
  async run({ settings, service }) {
    const { PORT, WEBUI_HOST } = settings;
    if (PORT === undefined || WEBUI_HOST === undefined) return notChecked("PORT, WEBUI_HOST");
    if (PORT === 0) return ok("any free one (PORT=0)");
    const where = `${WEBUI_HOST}:${PORT}`;
    const reason = tryListening(WEBUI_HOST, PORT);
    if (reason === null) return ok(`${where} is free; the service does not run`);
    const ours = await service();
    if (ours?.ready) return ok(`${where} is held by the running service, which is ready`);
    if (ours) {
      const why = ours.reasons.map(({ message }) => message).join(" ");
      return warn(
        `the service runs on ${where} but is not ready: ${why}`,
        "See the other lines and its log.",
      );
    }
    if (reason !== "EADDRINUSE") {
      return {
        status: "fail",
        message: `${where} cannot be listened on (${reason})`,
        advice:
          reason === "EACCES"
            ? "Ports below 1024 need special rights: choose another PORT."
            : "Set WEBUI_HOST to an address of this machine, 127.0.0.1 or 0.0.0.0.",
        code: "PORT_IN_USE",
      };
    }
    const holder = await portHolder(PORT);
    return {
      status: "fail",
      message: `${where} is taken by ${holder ?? "another program"}`,
      advice: `Stop that program or set PORT to another number${holder === null ? `; \`ss -ltnp sport = :${PORT}\` shows who it is` : ""}.`,
      code: "PORT_IN_USE",
    };
  },
};

/** @returns null when it can be listened on, else the system's code */
function tryListening(hostname: string, number: number): string | null {
  try {
    Bun.listen({ hostname, port: number, socket: { data() {} } }).stop(true);
    return null;
  } catch (error) {
    return codeOf(error);
  }
}
