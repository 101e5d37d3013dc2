import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start();
});

afterAll(async () => {
  await harness.close();
});

/** Runs the service until it gives up by itself. @returns what a person would see. */
async function failedRun(
  changes: Record<string, string>,
): Promise<{ code: number; errors: string[]; last: string | undefined }> {
  const service = harness.run(changes);
  const code = await service.exited;
  const logged = service.log
    .filter((line) => line.level === "error")
    .map((line) => `${line.message} ${(line.error as { hint?: string })?.hint}`);
  const plain = service.stderr.filter((line) => !line.startsWith("{"));
  return { code, errors: [...logged, ...plain], last: service.log.at(-1)?.message };
}

describe("what cannot work is said in one clear message, with exit code 1:", () => {
  test("a wrong key", async () => {
    const { code, errors, last } = await failedRun({ CANVUS_API_KEY: "wrong-key-of-mine" });
    expect(code).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("CANVUS_API_KEY");
    expect(errors[0]).not.toContain("wrong-key-of-mine");
    expect(last).toMatch(/^stopped, because it could not start: .*Create an access token/);
  });

  test("a canvas that does not exist", async () => {
    const { code, errors } = await failedRun({ CANVAS_IDS: "Planing board" });
    expect(code).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("Planing board");
    expect(errors[0]).toContain("CANVAS_ID");
  });

  test("a model file that is missing", async () => {
    const { code, errors } = await failedRun({ LLAMA_MODEL_PATH: "/nowhere/model.gguf" });
    expect(code).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("/nowhere/model.gguf");
    expect(errors[0]).toContain("LLAMA_MODEL_PATH");
  });

  test("a model file that was cut off", async () => {
    const whole = Bun.file(join(import.meta.dir, "../models/demo/demo-text.gguf"));
    const path = join(harness.folder, "cut.gguf");
    await Bun.write(path, (await whole.bytes()).subarray(0, 3_000_000));
    const { code, errors } = await failedRun({ LLAMA_MODEL_PATH: path });
    expect(code).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("Download the model again");
    expect(errors[0]).toMatch(/3[,.]?000[,.]?000|3\.0 MB/);
  });

  test("a port that is taken", async () => {
    const other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const { code, errors } = await failedRun({ PORT: String(other.port) });
    other.stop(true);
    expect(code).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(String(other.port));
  });

  test("several wrong settings, all at once and with the names that were meant", async () => {
    const { code, errors } = await failedRun({
      PORT: "many",
      CANVUSLLM_LOG_LEVL: "debug",
      MAX_CONCURRENT: "0",
    });
    expect(code).toBe(1);
    const text = errors.join("\n");
    expect(text).toContain("PORT");
    expect(text).toContain("MAX_CONCURRENT");
    expect(text).toContain("CANVUSLLM_LOG_LEVEL");
  });
});

describe("the executable", () => {
  test("works when copied elsewhere, and a stray .env or bunfig.toml there changes nothing", async () => {
    const elsewhere = join(harness.folder, "else where");
    const working = join(harness.folder, "working");
    await mkdir(working, { recursive: true });
    await cp(join(import.meta.dir, "../../dist"), elsewhere, { recursive: true });
    await writeFile(join(working, ".env"), "LLAMA_MODEL_PATH=/nowhere\nPORT=many\n");
    await writeFile(join(working, "bunfig.toml"), 'preload = ["./missing.ts"]\n');
    await using process = Bun.spawn([join(elsewhere, "canvuslocallm"), "run"], {
      cwd: working,
      env: { PATH: "/usr/bin:/bin", ...harness.settings({ CANVUSLLM_DATA_DIR: join(elsewhere, "data") }) },
      stderr: "pipe",
    });
    const question = await harness.canvas.addNote("{{What is the capital of Japan?}}");
    await harness.canvas.answerWith("Tokyo.", question.id);
    process.kill("SIGTERM");
    expect(await process.exited).toBe(143);
  });

  test.each([
    [["frobnicate"], "frobnicate"],
    [["run", "--prot", "1"], "--prot"],
    [["simulate", "--port", "99999"], "65535"],
    [["version", "extra"], "argument"],
  ])("%j is refused in one line, with exit code 2", async (args, named) => {
    const execution = new Execution(args);
    expect(await execution.exited).toBe(2);
    expect(execution.stdout).toEqual([]);
    expect(execution.stderr).toHaveLength(1);
    expect(execution.stderr[0]).toContain(named);
  });

  test.each([
    [["--help"]],
    [["run", "--help"]],
    [["demo", "--help"]],
    [["simulate", "--help"]],
    [["config", "--help"]],
  ])("%j helps", async (args) => {
    const execution = new Execution(args);
    expect(await execution.exited).toBe(0);
    expect(execution.stdout.join("\n")).toContain("Usage: canvuslocallm");
    expect(execution.stderr).toEqual([]);
  });

  test("tells its version, also as JSON", async () => {
    const execution = new Execution(["version", "--json"]);
    expect(await execution.exited).toBe(0);
    expect(JSON.parse(execution.stdout.join(""))).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  test("shows its settings without the secrets", async () => {
    const execution = new Execution(["config"], harness.settings({ CANVUS_API_KEY: "very-secret-key" }));
    expect(await execution.exited).toBe(0);
    const text = execution.stdout.join("\n");
    expect(text).toContain("LLAMA_MODEL_PATH");
    expect(text).not.toContain("very-secret-key");
  });
});
