import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Execution } from "./executable.ts";
import { Harness, TOKEN } from "./harness.ts";

const PROMPT = "What is the capital of France?";
const ANSWER = "Paris.";
const PICTURE = "a red fox in the snow";
const PASSWORD = "password-of-the-tests-52";

let harness: Harness;
let service: Awaited<ReturnType<Harness["runReady"]>>;

beforeAll(async () => {
  harness = await Harness.start();
  service = await harness.runReady({ WEBUI_PWD: PASSWORD, CANVUSLLM_LOG_LEVEL: "debug" });
  const question = await harness.canvas.addNote(`{{${PROMPT}}}`);
  await harness.canvas.answerWith(ANSWER, question.id);
  await harness.canvas.addNote(`{{image: ${PICTURE}}}`);
  await service.logged((line) => line.message === "prompt answered");
  await service.logged((line) => line.message === "prompt failed");
});

afterAll(async () => {
  await harness.close();
});

/** Runs a command with the settings of the service to its end. */
async function command(args: readonly string[], changes: Record<string, string> = {}) {
  const execution = new Execution(args, harness.settings({ WEBUI_PWD: PASSWORD, ...changes }));
  const code = await execution.exited;
  return { code, output: execution.stdout.join("\n"), errors: execution.stderr.join("\n") };
}

interface DoctorReport {
  readonly healthy: boolean;
  readonly summary: { readonly fail: number };
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly advice?: string;
    readonly code?: string;
  }[];
}

describe("doctor", () => {
  test("finds everything in order beside a running service, and says so in JSON", async () => {
    const { code, output } = await command(["doctor", "--json"], { PORT: new URL(service.url).port });
    const report: DoctorReport = JSON.parse(output);
    expect(report.checks.filter(({ status }) => status === "fail")).toEqual([]);
    expect(code).toBe(0);
    expect(report.healthy).toBe(true);
    const message = (name: string) => report.checks.find((check) => check.name === name)?.message;
    expect(message("port")).toEndWith("is held by the running service, which is ready");
    expect(message("canvas_1")).toContain("(canvas-1) may be edited");
    expect(message("database")).toStartWith("sound, schema");
    expect(message("engine")).toContain("answers on the processor");
    expect(message("vision_engine")).toContain('on the processor and says "Red."');
    expect(output).not.toContain(TOKEN);
    expect(output).not.toContain(PASSWORD);
  });

  test("whoever reads only its first line gets that and no stack", async () => {
    const pipe = ["bash", "-c", 'set -o pipefail; "$@" | head -n 1', "pipe"];
    const reading = new Execution(["doctor"], harness.settings(), undefined, pipe);
    // 128 + SIGPIPE, as shells have it.
    expect(await reading.exited).toBe(141);
    expect(reading.stdout).toEqual([expect.stringMatching(/^canvuslocallm \d/)]);
    expect(reading.stderr).toEqual([]);
  });

  test("for people: one aligned line for each, and a count", async () => {
    const { code, output } = await command(["doctor"]);
    expect(code).toBe(0);
    const lines = output.split("\n");
    const checks = lines.filter((line) => /^ {2}(ok {2}|warn|fail) {2}/.test(line));
    expect(checks.length).toBeGreaterThan(18);
    for (const line of checks) expect(line.slice(26, 28)).toBe("  ");
    expect(lines.at(-1)).toMatch(/^\d+ ok, \d+ warnings?, 0 failures\.$/);
  });

  test("several things wrong: each is named with what to do, exit code 1, nothing of the secrets", async () => {
    const { code, output } = await command(["doctor", "--json"], {
      CANVUS_API_KEY: "wrong-key-of-mine",
      LLAMA_MODEL_PATH: "/nowhere/model.gguf",
      PORT: new URL(harness.url).port,
      CANVUSLLM_DATA_DIR: "/proc/canvuslocallm",
      MAX_CONCURRENT: "many",
    });
    const report: DoctorReport = JSON.parse(output);
    expect(code).toBe(1);
    const failed = report.checks.filter(({ status }) => status === "fail");
    expect(Object.fromEntries(failed.map((check) => [check.name, check.code]))).toMatchObject({
      configuration: "CONFIG_INVALID",
      canvus_credentials: "CANVUS_UNAUTHORIZED",
      model_file: "MODEL_FILE_MISSING",
      port: "PORT_IN_USE",
      data_folder: "STORAGE_UNAVAILABLE",
    });
    for (const { advice } of failed) expect(advice).toMatch(/\w/);
    const canvas = report.checks.find(({ name }) => name === "canvas_1");
    expect(canvas?.message).toBe('not checked until "Canvus credentials" is mended');
    expect(output).not.toContain("wrong-key-of-mine");
  });

  test("a server that is not there is one failure, not seven", async () => {
    const { code, output } = await command(["doctor", "--json"], {
      CANVUS_SERVER: "http://no-such-host.invalid",
    });
    const report: DoctorReport = JSON.parse(output);
    expect(code).toBe(1);
    expect(report.checks.filter(({ status }) => status === "fail").map(({ name }) => name)).toEqual([
      "canvus_dns",
    ]);
  });
});

describe("history", () => {
  test("lists what was answered and what was not, with what to do", async () => {
    const { code, output } = await command(["history"]);
    expect(code).toBe(0);
    expect(output).toMatch(/succeeded +[\d.]+ s {2}What is the capital/);
    expect(output).toMatch(/failed +[\d.]+ s {2}a red fox in the snow/);
    expect(output).toContain("IMAGE_ENGINE_MISSING:");
    expect(output).toContain("→ Ask for text instead");
    for (const line of output.split("\n").filter((each) => /^\d/.test(each))) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test("only errors, as JSON", async () => {
    const { output } = await command(["history", "--status", "error", "--since", "1h", "--json"]);
    const rows = output.split("\n").map((line) => JSON.parse(line));
    expect(rows).toMatchObject([{ status: "failed", error_code: "IMAGE_ENGINE_MISSING", prompt: PICTURE }]);
    expect((await command(["history", "--canvas", "another"])).output).toBe("");
    expect((await command(["history", "--limit", "1", "--json"])).output.split("\n")).toHaveLength(1);
  });

  test("--follow shows a prompt when it has been answered, and ends on Ctrl+C", async () => {
    const follow = new Execution(["history", "--follow", "--json", "--limit", "1"], harness.settings());
    await follow.printed((line) => line.includes('"status"'));
    const question = await harness.canvas.addNote("{{What is the capital of Japan?}}");
    await harness.canvas.answerWith("Tokyo.", question.id);
    const line = await follow.printed((each) => each.includes("capital of Japan"));
    expect(JSON.parse(line)).toMatchObject({ status: "succeeded", response: "Tokyo." });
    expect(await follow.stop("SIGINT")).toBe(130);
    expect(follow.stdout).toHaveLength(2);
  });

  test("without a database it says so", async () => {
    const { code, errors } = await command(["history"], { CANVUSLLM_DATA_DIR: join(harness.folder, "none") });
    expect(code).toBe(1);
    expect(errors).toContain("no service has run with this data directory");
  });
});

describe("support-bundle", () => {
  async function unpack(path: string): Promise<Map<string, string>> {
    const files = await new Bun.Archive(await Bun.file(path).bytes()).files();
    return new Map(
      await Promise.all([...files].map(async ([name, file]) => [name, await file.text()] as const)),
    );
  }

  test("holds what support needs, no secret and nothing that people wrote", async () => {
    const path = join(harness.folder, "support.tar.gz");
    const { code, output } = await command(["support-bundle", path]);
    expect(code).toBe(0);
    expect(output).toContain("doctor.txt");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const files = await unpack(path);
    const names = [...files.keys()];
    const wanted = [
      "README.txt",
      "versions.json",
      "config.txt",
      "doctor.json",
      "database.json",
      "errors.json",
    ];
    expect(names).toEqual(expect.arrayContaining(wanted));
    expect(names.some((name) => /^logs\/canvuslocallm\..*\.log$/.test(name))).toBe(true);
    expect(JSON.parse(files.get("database.json") ?? "")).toMatchObject({
      rows: { processing_history: expect.any(Number) },
    });
    expect(files.get("failures.json")).toContain("IMAGE_ENGINE_MISSING");
    const all = [...files.values()].join("\n");
    expect(all).toContain("prompt answered");
    for (const secret of [TOKEN, PASSWORD, PROMPT, PICTURE, ANSWER]) expect(all).not.toContain(secret);
  });

  test("is not called what it is not", async () => {
    const { code, errors } = await command(["support-bundle", join(harness.folder, "other.zip")]);
    expect(code).toBe(1);
    expect(errors).toContain("must end in .tar.gz");
  });

  test("never overwrites a file", async () => {
    const path = join(harness.folder, "mine.tar.gz");
    await Bun.write(path, "mine");
    const { code, errors } = await command(["support-bundle", path]);
    expect(code).toBe(1);
    expect(errors).toContain("exists already");
    expect(await Bun.file(path).text()).toBe("mine");
  });

  test("with --include-prompts it holds prompts, says so, and still no secret", async () => {
    const path = join(harness.folder, "full.tar.gz");
    const { output } = await command(["support-bundle", path, "--include-prompts"]);
    expect(output).toContain("CONTAINS what people wrote");
    const files = await unpack(path);
    expect(files.get("prompts.json")).toContain(PROMPT);
    const all = [...files.values()].join("\n");
    for (const secret of [TOKEN, PASSWORD]) expect(all).not.toContain(secret);
  });

  test("without a service, a database or right settings it still comes about", async () => {
    const path = join(harness.folder, "poor.tar.gz");
    const { code } = await command(["support-bundle", path], {
      CANVUSLLM_DATA_DIR: join(harness.folder, "none"),
      PORT: "many",
    });
    expect(code).toBe(0);
    const files = await unpack(path);
    expect(files.get("config.txt")).toContain('is "many"');
    expect(files.get("database.json")).toContain("no service has run");
  });
});
