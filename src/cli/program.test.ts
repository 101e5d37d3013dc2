import { afterEach, beforeEach, describe, expect, type Mock, spyOn, test } from "bun:test";
import { runCli } from "./program.ts";

let stdout: Mock<typeof process.stdout.write>;
let stderr: Mock<typeof process.stderr.write>;

beforeEach(() => {
  stdout = spyOn(process.stdout, "write").mockReturnValue(true);
  stderr = spyOn(process.stderr, "write").mockReturnValue(true);
});

afterEach(() => {
  stdout.mockRestore();
  stderr.mockRestore();
});

async function cli(...args: string[]) {
  const exitCode = await runCli(args);
  const written = (stream: Mock<typeof process.stdout.write>) =>
    stream.mock.calls.map(([text]) => text).join("");
  return { exitCode, out: written(stdout), err: written(stderr) };
}

describe("wrong arguments are one clear line on stderr and exit code 2", () => {
  test.each([
    [["simulat"], "unknown command 'simulat'. Did you mean simulate?"],
    [["frobnicate"], "unknown command 'frobnicate'."],
    [["--foo"], "unknown option '--foo'."],
    [["run", "extra"], "too many arguments for 'run'. Expected 0 arguments but got 1: extra."],
    [["simulate", "--prt", "3"], "unknown option '--prt' (Did you mean --port?)"],
    [["simulate", "--port", "70000"], "It must be from 0 to 65535."],
    [["simulate", "--port"], "option '--port <port>' argument missing."],
    [["simulate", "--seed", "x"], "Allowed choices are demo, empty."],
    [["simulate", "--token", "a b"], "It must be ASCII without spaces."],
    [["config", "--env-file"], "option '--env-file <file>' argument missing."],
    [["version", "x"], "too many arguments for 'version'."],
  ])("%j", async (args, message) => {
    const { exitCode, out, err } = await cli(...args);
    expect(exitCode).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(message);
    expect(err).toMatch(/^canvuslocallm: [^\n]+ See canvuslocallm( \w+)? --help\.\n$/);
  });

  test.each([
    [["simulat"], "canvuslocallm --help"],
    [["history", "--since", "yesterday"], "canvuslocallm history --help"],
    [["db", "backup"], "canvuslocallm db backup --help"],
    [["service", "frobnicate"], "canvuslocallm service --help"],
    [["help", "frobnicate"], "canvuslocallm --help"],
    [["models", "pull", "qwen3-vl-2b", "--name", "mine"], "canvuslocallm models pull --help"],
    [["simulate", "--state", "/no/such/folder/state.db"], "canvuslocallm simulate --help"],
  ])("%j leads to the help of the command that was meant", async (args, help) => {
    const { exitCode, err } = await cli(...args);
    expect(exitCode).toBe(2);
    expect(err).toEndWith(` See ${help}.\n`);
  });
});

describe("help", () => {
  test.each([
    [["--help"], "Commands:"],
    [["help", "simulate"], "--seed <kind>"],
    [["help", "models", "pull"], "--name <name>"],
    [["run", "--help"], "--env-file <file>"],
    [["demo", "--help"], "Examples:"],
    [["simulate", "--help"], "Examples:"],
    [["config", "--help"], "--json"],
    [["version", "--help"], "--json"],
    [["service", "install", "--help"], "service start"],
    [["models", "pull", "--help"], "Examples:"],
    [["models", "import", "--help"], "Examples:"],
    [["db", "--help"], "To restore a backup"],
    [["db", "backup", "--help"], "Examples:"],
  ])("%j is on stdout, at most 80 columns wide, and hides the runner", async (args, expected) => {
    const { exitCode, out, err } = await cli(...args);
    expect(exitCode).toBe(0);
    expect(err).toBe("");
    expect(out).toContain(expected);
    expect(out).not.toContain("runner");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

test("version --json names what is inside", async () => {
  const { exitCode, out } = await cli("version", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    bun: Bun.version,
    node_llama_cpp: expect.stringMatching(/^\d/),
    llama_cpp: expect.stringMatching(/^[bv]\d/),
  });
});
