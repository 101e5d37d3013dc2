import { readFile } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import type { GpuChoice } from "../build/arguments.ts";
import { OLDEST_SYSTEMS, type PackageArguments } from "./arguments.ts";
import { debianVersion } from "./artifact-names.ts";

const MAINTAINER = "CanvusLocalLLM maintainers <canvuslocallm@users.noreply.github.com>";

const GPU_TEXT: Record<GpuChoice, string> = {
  none: "This package computes on the processor.",
  vulkan: "This package computes on GPUs with Vulkan, else on the processor.",
  cuda: "This package computes on NVIDIA GPUs, else on the processor. It needs NVIDIA's\n driver, libcudart and libcublas, which do not come with it.",
};

/** deb-control(5) */
export function control({ version, gpu, oldest }: PackageArguments, kilobytes: number): string {
  const { glibc, libstdcxxPackage } = OLDEST_SYSTEMS[oldest];
  const depends = [
    "adduser",
    "init-system-helpers (>= 1.54~)",
    `libc6 (>= 2.${glibc})`,
    "libgcc-s1 (>= 3.0)",
    "libgomp1",
    `libstdc++6 (>= ${libstdcxxPackage})`,
  ];
  const fields = {
    Package: "canvuslocallm",
    Version: debianVersion(version, gpu),
    Section: "net",
    Priority: "optional",
    Architecture: "amd64",
    Maintainer: MAINTAINER,
    "Installed-Size": String(kilobytes),
    Depends: depends.join(", "),
    ...(gpu === "vulkan" ? { Recommends: "libvulkan1" } : {}),
    Description: [
      "answers prompts on Canvus canvases with local models",
      " A service beside a MultiTaction Canvus server: what people ask in notes on a",
      " canvas is answered there by models that run on this machine. Nothing leaves",
      " it.",
      " .",
      ` ${GPU_TEXT[gpu]}`,
    ].join("\n"),
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
export async function copyright(root: string): Promise<string> {
  const license = await readFile(join(root, "LICENSE"), "utf8");
  const holder = /^Copyright \(c\) (.+)$/m.exec(license)?.[1] ?? packageJson.name;
  const text = license.slice(license.indexOf("Permission is hereby")).trim();
  return [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
    "Upstream-Name: CanvusLocalLLM",
    "Comment: The works of others that are inside, and their licences, are listed in THIRD-PARTY-LICENSES.txt.gz",
    "",
    "Files: *",
    `Copyright: ${holder}`,
    "License: Expat",
    ...text.split("\n").map((line) => ` ${line.trim() === "" ? "." : line}`),
    "",
  ].join("\n");
}

/** What changed stands in the notes of the release; Debian wants at least to know the version. */
export function changelog(version: string, epoch: number): string {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `canvuslocallm (${version}) stable; urgency=medium\n\n  * Release ${version}.\n\n -- ${MAINTAINER}  ${date}\n`;
}
