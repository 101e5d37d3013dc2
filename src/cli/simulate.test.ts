import { expect, test } from "bun:test";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "../main.ts");

function simulate(...args: string[]) {
  return Bun.spawn([process.execPath, MAIN, "simulate", ...args], { stdout: "pipe", stderr: "pipe" });
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text;
}

test("prints one JSON line when ready, answers, and ends on SIGTERM; a taken port is one clear message", async () => {
  const first = simulate("--port", "0", "--token", "t", "--canvas", "a", "--canvas", "b");
  try {
    const ready = JSON.parse(await firstLine(first.stdout));
    expect(ready).toMatchObject({ event: "ready", token: "t", canvases: [{ id: "a" }, { id: "b" }] });
    const response = await fetch(`${ready.url}/api/v1/canvases/b`, { headers: { "Private-Token": "t" } });
    expect(response.status).toBe(200);

    const second = simulate("--port", new URL(ready.url).port);
    expect(await second.exited).toBe(1);
    const complaint = await new Response(second.stderr).text();
    expect(complaint.trimEnd().split("\n")).toHaveLength(1);
    expect(complaint).toContain("PORT");
  } finally {
    first.kill("SIGTERM");
  }
  expect(await first.exited).toBe(143);
});
