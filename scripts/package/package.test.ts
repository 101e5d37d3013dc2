import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BuildError } from "../build/build-error.ts";
import { UsageError } from "../build/usage-error.ts";
import { parsePackageArguments } from "./arguments.ts";
import { debName, setupName, tarballName } from "./artifact-names.ts";
import { writeChecksums } from "./checksums.ts";
import { changelog } from "./debian-papers.ts";
import { requireSystem } from "./elf-needs.ts";
import { thirdPartyLicences } from "./licences.ts";

describe("parsePackageArguments", () => {
  test("knows its options", () => {
    const argv = ["--target", "windows-x64", "--gpu", "cuda", "--version", "1.2.3", "--outdir", "out"];
    expect(parsePackageArguments(argv)).toEqual({
      target: "windows-x64",
      gpu: "cuda",
      version: "1.2.3",
      outdir: resolve("out"),
      oldest: "debian-11",
    });
  });

  test.each([[["--version", "v1.2.3"]], [["--gpu", "abacus"]], [["--oldest", "debian-3"]], [["extra"]]])(
    "refuses %p",
    (argv) => {
      expect(() => parsePackageArguments(argv)).toThrow(UsageError);
    },
  );
});

test("names carry version and GPU back end; Debian sorts a release candidate before its release", () => {
  expect(tarballName("1.2.3", "none")).toBe("canvuslocallm-1.2.3-linux-amd64.tar.gz");
  expect(debName("1.2.3-rc.1", "none")).toBe("canvuslocallm_1.2.3~rc.1_amd64.deb");
  expect(debName("1.2.3", "cuda")).toBe("canvuslocallm_1.2.3+cuda_amd64.deb");
  expect(setupName("1.2.3", "vulkan")).toBe("CanvusLocalLLM-Setup-1.2.3+vulkan.exe");
});

describe("requireSystem", () => {
  const text = { path: "lib/node-llama-cpp/bins/linux-x64/llama-addon.node", glibc: 31, libstdcxx: 28 };
  const check = (file: typeof text) => {
    const said: string[] = [];
    requireSystem([file], "debian-11", (line) => void said.push(line));
    return said;
  };

  test("lets pass what runs on the oldest system", () => {
    expect(check(text)).toEqual([]);
  });

  test.each([{ glibc: 32 }, { libstdcxx: 29 }])("names a file that needs more: %p", (more) => {
    expect(() => check({ ...text, ...more })).toThrow(BuildError);
    expect(() => check({ ...text, ...more })).toThrow(text.path);
  });

  test("only mentions an engine that the product can do without", () => {
    expect(check({ path: "lib/llama-vision/cpu.node", glibc: 34, libstdcxx: 30 })).toEqual([
      "not on debian-11, but on newer systems: pictures as input",
    ]);
  });
});

test("checksums are of artifacts only, in the form that sha256sum reads", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cll-sums-"));
  try {
    for (const name of ["canvuslocallm_1.0.0_amd64.deb", "canvuslocallm", "CanvusLocalLLM-Setup-1.0.0.exe"]) {
      await Bun.write(join(folder, name), "abc");
    }
    await writeChecksums(folder);
    // The example of FIPS 180-2.
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(await Bun.file(join(folder, "SHA256SUMS")).text()).toBe(
      `${abc}  CanvusLocalLLM-Setup-1.0.0.exe\n${abc}  canvuslocallm_1.0.0_amd64.deb\n`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("Debian's changelog has its date", () => {
  expect(changelog("1.2.3", 0)).toContain("  Thu, 01 Jan 1970 00:00:00 +0000\n");
});

test("equal licences stand there once, with all that are under them", () => {
  const component = { version: "1", license: "MIT", licenseText: "the text", purl: "" };
  const text = thirdPartyLicences([
    { ...component, name: "one" },
    { ...component, name: "two" },
  ]);
  expect(text.split("the text")).toHaveLength(2);
  expect(text).toContain("one 1 (MIT)\ntwo 1 (MIT)");
});
