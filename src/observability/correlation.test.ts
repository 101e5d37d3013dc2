import { expect, test } from "bun:test";
import { currentCorrelation, withCorrelation, withoutCorrelation } from "./correlation.ts";

test("the id follows awaits and timers, each task its own", async () => {
  const work = async () => {
    await Promise.resolve();
    // Is the id still there after a real timer?
    return new Promise((resolve) => setTimeout(() => resolve(currentCorrelation()), 1));
  };
  expect(await Promise.all(["a", "b"].map((id) => withCorrelation(id, work)))).toEqual(["a", "b"]);
  expect(currentCorrelation()).toBeUndefined();
});

test("a process that a task starts does not speak for that task ever after", async () => {
  const said = async (start: <T>(work: () => T) => T) => {
    const heard = Promise.withResolvers<string | undefined>();
    const child = withCorrelation("a", () =>
      start(() =>
        Bun.spawn([process.execPath, "-e", "process.send('x')"], {
          ipc: () => heard.resolve(currentCorrelation()),
        }),
      ),
    );
    const id = await heard.promise;
    await child.exited;
    return id;
  };
  expect(await said((work) => work())).toBe("a");
  expect(await said(withoutCorrelation)).toBeUndefined();
});
