import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { CATALOGUE } from "./catalogue.ts";
import { withCatalogueTable } from "./catalogue-table.ts";
import { type ModelSettings, wantedModel } from "./wanted-model.ts";

const HUB = "https://hub.test";

function wanted(settings: Partial<ModelSettings>) {
  return wantedModel({
    LLAMA_MODEL_PATH: undefined,
    LLAMA_MODEL_URL: undefined,
    LLAMA_MODELS_DIR: undefined,
    CANVUSLLM_DATA_DIR: "/data",
    CANVUSLLM_MODEL_MIRROR: HUB,
    ...settings,
  });
}

function refusal(settings: Partial<ModelSettings>): string {
  try {
    wanted(settings);
    return "none";
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : String(error);
  }
}

describe("the model that the settings ask for is", () => {
  test("a file", () => {
    expect(wanted({ LLAMA_MODEL_PATH: "/srv/a.gguf" })).toEqual({
      name: "a",
      path: "/srv/a.gguf",
      sources: [],
    });
  });

  test("the demo model, which has no file", () => {
    expect(wanted({ LLAMA_MODEL_PATH: "builtin:demo" }).path).toBeNull();
  });

  test("a name of the catalogue: its files, from the mirror, into the models folder", () => {
    const { path, sources } = wanted({ LLAMA_MODEL_PATH: "qwen3-vl-2b", LLAMA_MODELS_DIR: "/srv/models" });
    expect(path).toBe("/srv/models/qwen3-vl-2b.gguf");
    expect(sources.map((source) => source.path)).toEqual([
      "/srv/models/qwen3-vl-2b.gguf",
      "/srv/models/qwen3-vl-2b-mmproj.gguf",
    ]);
    expect(sources[0]?.url).toBe(
      `${HUB}/Qwen/Qwen3-VL-2B-Instruct-GGUF/resolve/52d6c8ffea26cc873ac5ad116f8631268d7eb503/Qwen3VL-2B-Instruct-Q4_K_M.gguf`,
    );
  });

  test("another name: a file in the models folder, from nowhere", () => {
    expect(wanted({ LLAMA_MODEL_PATH: "mine" })).toEqual({
      name: "mine",
      path: "/data/models/mine.gguf",
      sources: [],
    });
  });

  test("what an address names, or the path with that address", () => {
    const url = "https://models.test/x/some%20model.gguf";
    expect(refusal({ LLAMA_MODEL_URL: url })).toContain('"some model" can be no name of a model');
    const plain = "https://models.test/x/model.Q4.gguf";
    expect(wanted({ LLAMA_MODEL_URL: plain })).toEqual({
      name: "model.Q4",
      path: "/data/models/model.Q4.gguf",
      sources: [{ url: plain, path: "/data/models/model.Q4.gguf", bytes: null, sha256: null }],
    });
    expect(wanted({ LLAMA_MODEL_URL: plain, LLAMA_MODEL_PATH: "/srv/a.gguf" }).sources).toEqual([
      { url: plain, path: "/srv/a.gguf", bytes: null, sha256: null },
    ]);
  });

  test("all files of a split model", () => {
    const url = "https://models.test/big-00001-of-00003.gguf";
    expect(wanted({ LLAMA_MODEL_URL: url }).sources.map((source) => source.url)).toEqual([
      url,
      "https://models.test/big-00002-of-00003.gguf",
      "https://models.test/big-00003-of-00003.gguf",
    ]);
    expect(refusal({ LLAMA_MODEL_URL: url, LLAMA_MODEL_PATH: "/srv/a.gguf" })).toStartWith("CONFIG_INVALID");
  });

  test("not one that draws pictures, and no page", () => {
    expect(refusal({ LLAMA_MODEL_PATH: "stable-diffusion-1.5" })).toContain("draws pictures");
    expect(refusal({ LLAMA_MODEL_URL: "https://models.test/page" })).toContain(
      "does not end in the name of a .gguf",
    );
  });
});

test("the catalogue is in itself right", () => {
  const names = CATALOGUE.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, files, revision, memoryBytes } of CATALOGUE) {
    expect(name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
    expect(revision).toMatch(/^[0-9a-f]{40}$/);
    expect(files.filter(({ role }) => role === "model")).toHaveLength(1);
    expect(memoryBytes).toBeGreaterThan(files.reduce((sum, { bytes }) => sum + bytes, 0));
    for (const { sha256 } of files) if (sha256 !== null) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

test("the README's table is what the catalogue says (else run: bun run generate)", async () => {
  const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
  expect(readme).toBe(withCatalogueTable(readme));
});
