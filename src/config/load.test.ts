import { afterAll, describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "./load.ts";
import { formatProblem } from "./problem.ts";
import { loadBench, MINIMUM, NO_MODEL } from "./testing/load-bench.ts";

const { folder, load, problemsOf, configOf, remove } = loadBench();
afterAll(remove);

describe("values", () => {
  test("defaults are the old application's where they make sense", async () => {
    expect(await configOf({})).toMatchObject({
      CANVUS_SERVER: "https://canvus.test",
      CANVAS_IDS: ["c1"],
      ALLOW_SELF_SIGNED_CERTS: false,
      MAX_CONCURRENT: 5,
      AI_TIMEOUT: 120_000,
      PROCESSING_TIMEOUT: 300_000,
      MAX_RETRIES: 3,
      RETRY_DELAY: 1000,
      MAX_FILE_SIZE: 52_428_800,
      PORT: 3000,
      WEBUI_HOST: "127.0.0.1",
      CANVUSLLM_PROMPT_SETTLE_MS: 1500,
      CANVUSLLM_DATA_DIR: join(homedir(), ".canvuslocallm"),
    });
  });

  test("units, plain numbers, words and blanks", async () => {
    expect(
      await configOf({
        AI_TIMEOUT: "90",
        RETRY_DELAY: "250ms",
        CANVUSLLM_PROMPT_SETTLE_MS: "20",
        MAX_FILE_SIZE: "5MB",
        ALLOW_SELF_SIGNED_CERTS: "Yes",
        LLAMA_GPU: "OFF",
        CANVUS_SERVER: " https://canvus.test/ ",
        WEBUI_PWD: "",
      }),
    ).toMatchObject({
      AI_TIMEOUT: 90_000,
      RETRY_DELAY: 250,
      CANVUSLLM_PROMPT_SETTLE_MS: 20,
      MAX_FILE_SIZE: 5_000_000,
      ALLOW_SELF_SIGNED_CERTS: true,
      LLAMA_GPU: "off",
      CANVUS_SERVER: "https://canvus.test",
      WEBUI_PWD: undefined,
    });
  });

  test("CANVAS_ID and CANVAS_IDS are one list without duplicates", async () => {
    const config = await configOf({ CANVAS_ID: "b", CANVAS_IDS: "a, Planning board ,,b" });
    expect(config.CANVAS_IDS).toEqual(["a", "Planning board", "b"]);
  });

  test("paths become absolute, from where they were written", async () => {
    const environment = { ...NO_MODEL, CANVUSLLM_DATA_DIR: "~/data", CANVUS_CA_FILE: "ca.pem" };
    const { config } = await load(environment, "LLAMA_MODEL_PATH=models/a.gguf\n");
    if (!config) throw new Error("the settings are right");
    expect(config.CANVUSLLM_DATA_DIR).toBe(join(homedir(), "data"));
    expect(config.CANVUS_CA_FILE).toBe("/work/dir/ca.pem");
    expect(config.LLAMA_MODEL_PATH).toBe(join(folder, "models/a.gguf"));
  });

  test.each([
    ["builtin:demo", "builtin:demo"],
    ["qwen3-vl-2b", "qwen3-vl-2b"],
    ["my_model.v2", "my_model.v2"],
    ["model.gguf", "/work/dir/model.gguf"],
    ["./qwen3-vl-2b", "/work/dir/qwen3-vl-2b"],
  ])("the model %s is %s: a word alone is a name", async (text, value) => {
    expect((await configOf({ LLAMA_MODEL_PATH: text })).LLAMA_MODEL_PATH).toBe(value);
  });

  test("the environment wins over the file, under any name of a setting", async () => {
    const file = "MAX_CONCURRENT=2\nPORT=4000\nCANVAS_IDS=from-file\n";
    const { settings, config, envFile } = await load({ ...MINIMUM, MAX_CONCURRENT: "7" }, file);
    expect(config).toMatchObject({ MAX_CONCURRENT: 7, PORT: 4000, CANVAS_IDS: ["c1"] });
    expect(envFile).toBe(join(folder, ".env"));
    const origin = (name: string) => settings.find((setting) => setting.name === name)?.origin;
    expect(origin("MAX_CONCURRENT")).toEqual({ kind: "environment", name: "MAX_CONCURRENT" });
    expect(origin("PORT")).toEqual({ kind: "file", name: "PORT", path: join(folder, ".env"), line: 2 });
    expect(origin("MAX_RETRIES")).toEqual({ kind: "default" });
  });

  test("user name and password do instead of a key", async () => {
    const { CANVUS_API_KEY: _, ...rest } = MINIMUM;
    const { problems } = await load({ ...rest, CANVUS_USERNAME: "a@b.test", CANVUS_PASSWORD: "p w" });
    expect(problems).toEqual([]);
  });
});

describe("problems", () => {
  test("the address of a model does instead of its path", async () => {
    const { config } = await load({ ...NO_MODEL, LLAMA_MODEL_URL: "https://models.test/a.gguf" });
    expect(config?.LLAMA_MODEL_PATH).toBeUndefined();
    expect(config?.LLAMA_MODEL_URL).toBe("https://models.test/a.gguf");
  });

  test("an empty configuration names everything that is missing at once", async () => {
    expect(await problemsOf({})).toEqual([
      "CANVUS_SERVER is not set; want a value such as https://canvus.example.com",
      "CANVUS_API_KEY is not set; want an access token, or CANVUS_USERNAME with CANVUS_PASSWORD",
      "CANVAS_IDS is not set; want at least one canvas: its id, share link or unique name",
      "LLAMA_MODEL_PATH is not set; want a GGUF file, the name of a model (`canvuslocallm models list` shows them), or builtin:demo; or TEXT_LLM_URL for a model on another machine",
    ]);
  });

  test("every wrong value is named with its place, what was got and what is wanted", async () => {
    const path = join(folder, ".env");
    const problems = await problemsOf(
      { ...NO_MODEL, MAX_CONCURRENT: "0", AI_TIMEOUT: "soon", WEBUI_HOST: "http://0.0.0.0:80" },
      "PORT=70000\nLLAMA_GPU=amd\nMAX_FILE_SIZE=50M\nALLOW_SELF_SIGNED_CERTS=maybe\nMAX_RETRIES=2.5\nLLAMA_MODEL_PATH=builtin:big\nSD_IMAGE_SIZE=500\nSD_GUIDANCE_SCALE=7,5\n",
    );
    expect(problems).toEqual([
      `ALLOW_SELF_SIGNED_CERTS (${path}:4) is "maybe", want true or false`,
      `MAX_FILE_SIZE (${path}:3) is "50M", want a size such as 50MB or 50MiB from 1KiB to 1GiB`,
      'MAX_CONCURRENT (environment) is "0", want a whole number from 1 to 64',
      'AI_TIMEOUT (environment) is "soon", want a time such as 60s or 1.5m from 1s to 24h',
      `MAX_RETRIES (${path}:5) is "2.5", want a whole number from 0 to 20`,
      `LLAMA_MODEL_PATH (${path}:6) is "builtin:big", want a file, or builtin:demo`,
      `LLAMA_GPU (${path}:2) is "amd", want one of auto, cuda, vulkan, off`,
      `SD_IMAGE_SIZE (${path}:7) is "500", want a whole number from 64 to 2048, a multiple of 64`,
      `SD_GUIDANCE_SCALE (${path}:8) is "7,5", want a number from 0 to 50`,
      `PORT (${path}:1) is "70000", want a whole number from 0 to 65535`,
      'WEBUI_HOST (environment) is "http://0.0.0.0:80", want an address or host name alone, such as 127.0.0.1 or 0.0.0.0',
    ]);
  });

  test.each([
    [{ WEBUI_BASE_PATH: "https://a/b" }, 'WEBUI_BASE_PATH (environment) is "https://a/b"'],
    [{ WEBUI_BASE_PATH: "/a b" }, "WEBUI_BASE_PATH"],
    [{ WEBUI_BASE_PATH: "/a/../b" }, "WEBUI_BASE_PATH"],
    [{ WEBUI_TRUSTED_PROXIES: "10.0.0.0/8,proxy,10.0.0.0/33" }, 'has "proxy, 10.0.0.0/33"'],
    [{ WEBUI_TLS_CERT: "/c.pem" }, "WEBUI_TLS_KEY is not set"],
    [{ VISION_MODEL_PATH: "/v.gguf" }, "VISION_MMPROJ_PATH is not set"],
    [{ WEBUI_TLS_KEY: "/k.pem" }, "WEBUI_TLS_CERT is not set"],
    [{ WEBUI_SESSION_TIMEOUT: "0" }, "WEBUI_SESSION_TIMEOUT"],
  ])("a dashboard with %j is refused with help", async (changes, wanted) => {
    const [problem, ...others] = await problemsOf({ ...MINIMUM, ...changes });
    expect(problem).toContain(wanted);
    expect(others).toEqual([]);
  });

  test("the dashboard may live under a path, behind proxies, with HTTPS", async () => {
    const settings = {
      WEBUI_BASE_PATH: "/a/b/",
      WEBUI_TRUSTED_PROXIES: "127.0.0.1, ::1,fd00::/8",
      WEBUI_TLS_CERT: "/c.pem",
      WEBUI_TLS_KEY: "/k.pem",
    };
    expect(await configOf(settings)).toMatchObject({
      ...settings,
      WEBUI_TRUSTED_PROXIES: ["127.0.0.1", "::1", "fd00::/8"],
    });
  });

  test.each([
    ["canvus.test", "want it with its scheme: https://canvus.test"],
    ["ftp://canvus.test", "want an address such as https://canvus.example.com"],
    ["https://", "want an address such as https://canvus.example.com"],
    ["https://canvus.test/?x=1", "without ? and #"],
    ["https://can vus.test", "without spaces"],
  ])("the server address %s is refused with help", async (server, wanted) => {
    const [problem, ...others] = await problemsOf({ ...MINIMUM, CANVUS_SERVER: server });
    expect(problem).toContain(wanted);
    expect(others).toEqual([]);
  });

  test("secrets that an unclosed quote above has swallowed do not appear either", async () => {
    const problems = await problemsOf({}, `PORT="80\nCANVUS_API_KEY=v3ry-secret\nSITE="\n`);
    expect(problems.join("\n")).not.toContain("v3ry-secret");
    expect(problems.join("\n")).toContain('is "80" and 2 more lines, want');
  });

  test("secrets never appear, not even wrong or mistyped ones or inside an address", async () => {
    const problems = await problemsOf(
      {
        CANVUS_SERVER: "https://joe:hunter2@canvus.test",
        CANVUS_API_KEY: '"hunter2"',
        CANVUS_API_KEYS: "hunter2",
      },
      "CANVUS_PASSWORD=' hunter2'\nCANVUS_PASSWORT=hunter2\n",
    );
    const text = problems.join("\n");
    expect(text).toContain("CANVUS_API_KEY (environment) is ********, want it without the quotes around it");
    expect(text).toContain("is ********, want it without blanks before and after");
    expect(text).toContain("no user name or password inside it");
    expect(text).not.toContain("hunter2");
  });

  test("a key that no header could carry is refused", async () => {
    expect(await problemsOf({ ...MINIMUM, CANVUS_API_KEY: "ab cd" })).toEqual([
      "CANVUS_API_KEY (environment) contains spaces or characters that no access token has; copy it again",
    ]);
  });

  test("half of a login names the other half", async () => {
    const { CANVUS_API_KEY: _, ...rest } = MINIMUM;
    expect(await problemsOf({ ...rest, CANVUS_USERNAME: "a@b.test" })).toEqual([
      "CANVUS_PASSWORD is not set, but CANVUS_USERNAME is",
    ]);
    expect(await problemsOf({ ...rest, CANVUS_PASSWORD: "x" })).toEqual([
      "CANVUS_USERNAME is not set, but CANVUS_PASSWORD is",
    ]);
  });

  test("long and multi-line values stay one short line", async () => {
    const [problem = ""] = await problemsOf({ ...MINIMUM, PORT: `1\n\u001b[31m${"9".repeat(5000)}` });
    expect(problem).not.toMatch(/\p{Cc}/u);
    expect(problem.length).toBeLessThan(250);
  });

  test("a mistake in the file's form is a problem with its line", async () => {
    expect(await problemsOf(MINIMUM, "PORT=3000\nwhat is this\n")).toEqual([
      `${join(folder, ".env")}:2 is not NAME=value`,
    ]);
  });

  test("a requested file that is missing is the problem, not what would have been in it", async () => {
    const { problems, config } = await loadConfig({
      environment: { PORT: "x" },
      envFile: { requested: join(folder, "nowhere.env"), directories: [folder] },
      workingDirectory: "/",
    });
    expect(problems.map(formatProblem)).toEqual([
      `${join(folder, "nowhere.env")} does not exist`,
      'PORT (environment) is "x", want a whole number from 0 to 65535',
    ]);
    expect(config).toBeUndefined();
  });
});
