import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkDiffusionModel } from "./check-diffusion-model.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-diffusion-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function check(content: string): Promise<string> {
  const path = join(folder, "model");
  await Bun.write(path, Buffer.from(content, "latin1"));
  const facts = await checkDiffusionModel(path).catch(({ code }) => code);
  return typeof facts === "string" ? facts : `${facts.fileBytes} bytes`;
}

test("the three kinds of files are known by how they begin", async () => {
  expect(await check("\u0002\0\0\0\0\0\0\0{}")).toBe("10 bytes");
  expect(await check("GGUF\u0003\0\0\0")).toBe("8 bytes");
  expect(await check("PK\u0003\u0004and so on")).toBe("13 bytes");
});

test.each([
  ["nothing", ""],
  ["a page of an error", "<!DOCTYPE html>"],
  ["a header that is longer than the file", "\u00ff\0\0\0\0\0\0\0{}"],
  ["a beginning that breaks off", "\u0002\0\0"],
])("%s is refused", async (_, content) => {
  expect(await check(content)).toBe("MODEL_FILE_INVALID");
});

test("a file that is not there, or is no file, is said to be missing", async () => {
  const missing = await checkDiffusionModel(join(folder, "none")).catch((error) => error);
  expect(missing).toMatchObject({ code: "IMAGE_ENGINE_MISSING" });
  expect(missing.message).toEndWith("is missing.");
  expect(await checkDiffusionModel(folder).catch(({ message }) => message)).toContain("cannot be read");
});
