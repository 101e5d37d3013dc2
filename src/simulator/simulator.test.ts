import { afterEach, expect, test } from "bun:test";
import { startSimulator } from "./simulator.ts";
import { TestBench } from "./testing/test-bench.ts";

const benches: TestBench[] = [];

async function start(options: Parameters<typeof TestBench.start>[0] = {}): Promise<TestBench> {
  const bench = await TestBench.start(options);
  benches.push(bench);
  return bench;
}

afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.simulator.stop();
});

test("a taken port is told by its error code", async () => {
  const { simulator } = await start();
  const port = Number(new URL(simulator.url).port);
  await expect(startSimulator({ port, token: "t", seed: "empty" })).rejects.toMatchObject({
    code: "PORT_IN_USE",
  });
});

test("stopping twice is fine and frees the port", async () => {
  const { simulator } = await start();
  await simulator.stop();
  await simulator.stop();
  const again = await start({ port: Number(new URL(simulator.url).port) });
  expect(again.simulator.url).toBe(simulator.url);
});

test("several canvases are apart", async () => {
  const bench = await start({ canvases: [{ id: "one", name: "One" }, { id: "two" }] });
  expect(bench.simulator.canvases).toEqual([
    { id: "one", name: "One" },
    { id: "two", name: "Canvas 2" },
  ]);
  const stream = await bench.fetch("/api/v1/canvases/two/notes?subscribe");
  const reader = stream.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("[]\n");
  await bench.widget("POST", "notes", { text: "on one" });
  await bench.fetch("/api/v1/canvases/two/notes", { method: "POST", body: '{"text":"on two"}' });
  const frame = new TextDecoder().decode((await reader?.read())?.value);
  expect(frame).toContain("on two");
  expect(frame).not.toContain("on one");
});

test("the web canvas comes whole from here: page, styles and script name nothing outside", async () => {
  const { simulator } = await start();
  const page = await (await fetch(`${simulator.url}/`)).text();
  expect(page).toContain("default-src 'none'");
  const parts = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? "");
  expect(parts.map((path) => path.split(".").at(-1)).toSorted()).toEqual(["css", "js"]);
  for (const path of parts) {
    const part = await fetch(simulator.url + path);
    expect(part.status).toBe(200);
    const text = (await part.text()).replaceAll("http://www.w3.org/2000/svg", "");
    expect(text).not.toMatch(/https?:\/\//);
  }
});

test("unknown paths outside the API are not found", async () => {
  const { simulator } = await start();
  expect((await fetch(`${simulator.url}/api/v2/canvases`)).status).toBe(404);
  expect((await fetch(`${simulator.url}/_sim/nothing`)).status).toBe(404);
});
