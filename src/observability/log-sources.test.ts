import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { findLogCalls } from "./testing/log-calls.ts";

const SRC = join(import.meta.dir, "..");

async function sourceFiles(): Promise<{ path: string; text: string }[]> {
  const paths = [...new Glob("**/*.{ts,tsx}").scanSync(SRC)]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !/\.test\.tsx?$|\/testing\/|^e2e\/|^simulator\/page\//.test(path));
  return Promise.all(paths.map(async (path) => ({ path, text: await Bun.file(join(SRC, path)).text() })));
}

test("every call of a logger names its file and function as the source of the entry", async () => {
  const wanted = (await sourceFiles()).flatMap(({ path, text }) =>
    findLogCalls(text)
      .filter(({ functionName, body }) => !body.includes(`"${path}:${functionName}"`))
      .map(({ line, functionName }) => `src/${path}:${line} needs source: "${path}:${functionName}"`),
  );
  expect(wanted).toEqual([]);
});

test("no source names a place that is not there", async () => {
  const wrong = (await sourceFiles()).flatMap(({ path, text }) =>
    [...text.matchAll(/source(?: =|:) "([^"]*)"/g)]
      .map(([, source = ""]) => source)
      .filter((source) => source.includes(":"))
      .filter((source) => {
        const [file, name = ""] = source.split(":");
        return file !== path || !new RegExp(`[ #*]${RegExp.escape(name)}[ (<:=]`).test(text);
      }),
  );
  expect(wrong).toEqual([]);
});

test("calls are found where they stand", () => {
  const text = `
class Desk {
  async #take<T>(
    id: string,
  ): Promise<T> {
    this.#options.logger.warn("one", { id });
    return later(() => {
      this.#log(task).info("two");
    });
  }
}

export function place(logger: Logger): void {
  if (logger) logger.error("three");
}
`;
  expect(findLogCalls(text).map(({ line, functionName }) => [line, functionName])).toEqual([
    [6, "take"],
    [8, "take"],
    [14, "place"],
  ]);
});
