import { type Check, ok } from "../check.ts";

const UNIT_FILES = ["/etc", "/usr/lib", "/lib"].map((root) => `${root}/systemd/system/canvuslocallm.service`);

/** No failure either way: people may start it as they like. */
export const serviceRegistration: Check = {
  name: "service_registration",
  title: "System service",
  async run() {
    if (process.platform !== "linux") return ok("not looked at on this system");
    for (const path of UNIT_FILES) {
      if (await Bun.file(path).exists()) return ok(`registered with systemd (${path})`);
    }
    return ok("not registered; it runs as long as somebody has started it");
  },
};
