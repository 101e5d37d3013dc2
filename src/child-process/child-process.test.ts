import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

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
  const deadline = performance.now() + 3000;
  while (isAlive(child) && performance.now() < deadline) await new Promise(setImmediate);
  expect(isAlive(child)).toBe(false);
});

/** Whoever has ended but was not collected yet (a zombie) counts as dead. */
function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/status`, "utf8").includes("State:\tZ");
  } catch {
    return false;
  }
}
