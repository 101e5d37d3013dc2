import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ends } from "../testing/process-end.ts";

/** A simulator, a service and its model process, started by a program of their own. */
async function start(...args: readonly string[]) {
  const program = Bun.spawn([process.execPath, join(import.meta.dir, "stopped-main.ts"), ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const chunk of program.stdout) {
    const left = JSON.parse(new TextDecoder().decode(chunk)) as { pids: number[]; folder: string };
    return { program, ...left };
  }
  throw new Error(`it ended with ${await program.exited}`);
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "a program that is stopped by %s leaves nothing behind, and ends by it",
  async (signal) => {
    const { program, pids, folder } = await start();
    expect(pids).toHaveLength(3);
    program.kill(signal);
    await program.exited;
    expect(program.signalCode).toBe(signal);
    for (const pid of pids) expect(await ends(pid)).toBe(true);
    expect(existsSync(folder)).toBe(false);
  },
);

test("nor does one that fails", async () => {
  const { program, pids, folder } = await start("fail");
  expect(await program.exited).toBe(1);
  for (const pid of pids) expect(await ends(pid)).toBe(true);
  expect(existsSync(folder)).toBe(false);
});
