import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { parseBuildArguments } from "./arguments.ts";
import { UsageError } from "./usage-error.ts";

describe("parseBuildArguments", () => {
  test("knows its options", () => {
    const given = ["--target", "windows-x64", "--outdir", "out", "--gpu", "cuda", "--natives", "built"];
    expect(parseBuildArguments(given)).toEqual({
      target: "windows-x64",
      outdir: resolve("out"),
      gpu: "cuda",
      natives: resolve("built"),
      version: packageJson.version,
      metafile: null,
    });
    expect(parseBuildArguments([])).toMatchObject({ outdir: resolve("dist"), gpu: "none" });
    expect(parseBuildArguments(["--version", "2.0.0-rc.1"])).toMatchObject({ version: "2.0.0-rc.1" });
    expect(parseBuildArguments(["-h"])).toBeNull();
  });

  test.each([[["--fast"]], [["--target", "amiga"]], [["--gpu", "abacus"]], [["extra"]], [["--outdir"]]])(
    "refuses %p in one line",
    (argv) => {
      try {
        parseBuildArguments(argv);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect(String(error)).not.toContain("\n");
      }
    },
  );
});
