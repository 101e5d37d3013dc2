import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EnvFile, parseEnvFile, readEnvFile } from "./env-file.ts";

const folder = await mkdtemp(join(tmpdir(), "env-file-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("parseEnvFile", () => {
  const values = (file: EnvFile) =>
    Object.fromEntries(file.entries.map((entry) => [entry.name, entry.value]));
  const lines = (file: EnvFile) => Object.fromEntries(file.entries.map((entry) => [entry.name, entry.line]));

  test("reads a file from Windows, with byte order mark, quotes, comments and export", () => {
    const text = "\uFEFFA=1\r\n\r\n# note\r\nexport B='x # y'\r\n  C = \"two\"  # why\r\nD=\r\n";
    const file = parseEnvFile("/x/.env", text);
    expect(values(file)).toEqual({ A: "1", B: "x # y", C: "two", D: "" });
    expect(lines(file)).toEqual({ A: 1, B: 4, C: 5, D: 6 });
    expect(file.mistakes).toEqual([]);
    expect(file.directory).toBe("/x");
  });

  test("counts the lines of a value that spans several", () => {
    const file = parseEnvFile("/x/.env", 'A="one\nB=inside\nthree"\nC=3\n');
    expect(values(file)).toEqual({ A: "one\nB=inside\nthree", C: "3" });
    expect(lines(file)).toEqual({ A: 1, C: 4 });
    expect(file.mistakes).toEqual([]);
  });

  test("names the lines that nobody could mean", () => {
    const file = parseEnvFile("/x/.env", 'hello\nA=pass#word\nB=1 # fine\nB=2\nC="open\nD=4\n');
    expect(file.mistakes).toEqual([
      { line: 1, message: "is not NAME=value" },
      { line: 2, message: "has a # inside the value of A; put the value in quotes" },
      { line: 4, message: "sets B again, after line 3" },
      { line: 5, message: 'opens a quote (") for C and never closes it' },
    ]);
    expect(lines(file)).toMatchObject({ D: 6 });
  });
});

describe("readEnvFile", () => {
  test("takes the first folder that has one, and none is no error", async () => {
    await Bun.write(join(folder, "b", ".env"), "PORT=1\n");
    await Bun.write(join(folder, "c", ".env"), "PORT=2\n");
    const directories = ["a", "b", "c"].map((name) => join(folder, name));
    expect(await readEnvFile({ directories })).toMatchObject({ path: join(folder, "b", ".env") });
    expect(await readEnvFile({ directories: [join(folder, "a")] })).toBeUndefined();
  });

  test("a requested file wins, and says why when it cannot be read", async () => {
    await Bun.write(join(folder, "mine.env"), "PORT=3\n");
    await Bun.write(join(folder, "latin1.env"), new Uint8Array([0x41, 0x3d, 0xe9]));
    await Bun.write(join(folder, "huge.env"), "#".repeat(1024 * 1024 + 1));
    const read = (name: string) =>
      readEnvFile({ requested: join(folder, name), directories: [join(folder, "b")] });
    expect(await read("mine.env")).toMatchObject({ entries: [{ name: "PORT", value: "3", line: 1 }] });
    expect(await read("none.env")).toMatchObject({ failure: "does not exist" });
    expect(await read("b")).toMatchObject({ failure: "is a folder, not a file" });
    expect(await read("latin1.env")).toMatchObject({ failure: "is not UTF-8 text" });
    expect(await read("huge.env")).toMatchObject({ failure: expect.stringContaining("larger than 1 MiB") });
  });
});
