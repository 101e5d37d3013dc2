import type { Checks } from "../service-test/checks.ts";
import type { Container } from "../service-test/container.ts";

/** Where the test puts the packages into the container: previous.* and current.*. */
const PACKAGES = "/root/packages";

/** How one kind of package is installed and removed, and where it puts the program. */
export interface Installation {
  readonly executable: string;
  install(which: "previous" | "current"): Promise<void>;
  remove(): Promise<void>;
  /** Removes settings and data as well. */
  purge(): Promise<void>;
}

type Check = Checks["check"];

/** Runs a command in the container; the check says whether it succeeded. */
function commands(container: Container, check: Check) {
  return async (what: string, command: string): Promise<void> => {
    const outcome = await container.shell(command);
    check(what, outcome.exitCode === 0, outcome);
  };
}

export function debianPackage(container: Container, check: Check): Installation {
  const mustSucceed = commands(container, check);
  const dpkg = (what: string, options: string) =>
    mustSucceed(what, `DEBIAN_FRONTEND=noninteractive dpkg ${options}`);
  return {
    executable: "/usr/bin/canvuslocallm",
    install: (which) => dpkg(`dpkg --install ${which}.deb`, `--install ${PACKAGES}/${which}.deb`),
    remove: () => dpkg("dpkg --remove", "--remove canvuslocallm"),
    purge: () => dpkg("dpkg --purge", "--purge canvuslocallm"),
  };
}

export function tarball(container: Container, check: Check): Installation {
  const mustSucceed = commands(container, check);
  const folder = "/opt/canvuslocallm";
  const unpack = (which: string) =>
    `rm -rf /root/unpacked && mkdir /root/unpacked && tar -xf ${PACKAGES}/${which}.tar.gz -C /root/unpacked`;
  return {
    executable: `${folder}/canvuslocallm`,
    install: (which) =>
      mustSucceed(`install.sh of ${which}`, `${unpack(which)} && /root/unpacked/*/install.sh`),
    remove: () => mustSucceed("uninstall.sh", `${folder}/uninstall.sh`),
    purge: async () => {
      // Only an installed one can purge; removing had left settings and data.
      await mustSucceed("install.sh again", `${unpack("current")} && /root/unpacked/*/install.sh`);
      await mustSucceed("uninstall.sh --purge", `${folder}/uninstall.sh --purge`);
    },
  };
}
