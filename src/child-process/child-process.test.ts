import { expect, test } from "bun:test";
import { join } from "node:path";
import { ends } from "../testing/process-end.ts";

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
