import { expect, test } from "bun:test";
import { join } from "node:path";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { nextTurn } from "../testing/next-turn.ts";
import { ends } from "../testing/process-end.ts";
import { type ChildExit, spawnChild } from "./child-process.ts";

const SERVICE = `
  import { spawnChild } from ${JSON.stringify(join(import.meta.dir, "child-process.ts"))};
  import { RecordingLogger } from ${JSON.stringify(join(import.meta.dir, "../observability/testing/recording-logger.ts"))};
  const command = [process.execPath, "-e", "setInterval(() => undefined, 1000)"];
  const options = { command, called: "sleeper", logger: new RecordingLogger() };
  const child = spawnChild(options, { onMessage: () => undefined, onExit: () => undefined });
  process.stdout.write(String(child.pid), () => process.exit(1));
`;

test("a service that exits takes along a child that does not notice", async () => {
  const service = Bun.spawn([process.execPath, "-e", SERVICE], { stdout: "pipe", stderr: "inherit" });
  const child = Number(await new Response(service.stdout).text());
  expect(await service.exited).toBe(1);
  expect(child).toBeGreaterThan(0);
  expect(await ends(child, 3000)).toBe(true);
});

test("a message to a child whose channel is closed goes nowhere, and its end is told as ever", async () => {
  const hangsUp = "process.disconnect(); console.log('hung up'); setInterval(() => undefined, 1000)";
  const logger = new RecordingLogger();
  const ended = Promise.withResolvers<ChildExit>();
  const child = spawnChild<string>(
    { command: [process.execPath, "-e", hangsUp], called: "rude process", logger },
    { onMessage: () => undefined, onExit: ended.resolve },
  );
  await logger.logged("hung up");
  // The channel and the output are told of in any order.
  for (let turn = 0; turn < 100; turn += 1) {
    child.send("hello?");
    await nextTurn();
  }
  child.kill("SIGKILL");
  expect((await ended.promise).signal).toBe("SIGKILL");
});
