import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type SelfSignedServer, startSelfSignedServer } from "./testing/self-signed-server.ts";

let server: SelfSignedServer;

beforeAll(async () => {
  server = await startSelfSignedServer(() => Response.json({ data: [] }));
});

afterAll(() => server.stop());

/** Runs a script in a process whose environment switches the check of certificates off. */
async function run(script: string): Promise<string> {
  const child = Bun.spawn([process.execPath, "-e", script], {
    cwd: join(import.meta.dir, "../.."),
    env: { PATH: process.env.PATH ?? "", NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    stdout: "pipe",
    stderr: "pipe",
  });
  return (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
}

test("what the environment says for other programs lets nobody else answer", async () => {
  expect(await run(`console.log((await fetch("${server.url}")).status)`)).toContain("200");
  const remote = `
    import { clientOf, run, QUESTION } from "./src/inference/remote/testing/remote-bench.ts";
    import { openAiServer } from "./src/inference/remote/server.ts";
    const { client } = clientOf(openAiServer("${server.url}", undefined));
    await client.facts("GET", new URL("${server.url}"), new AbortController().signal).then(console.log, (e) => console.log(e.code));`;
  expect(await run(remote)).toContain("REMOTE_TLS");
  const download = `
    import { openRange } from "./src/models/download/transfer.ts";
    import { quickSettings } from "./src/models/testing/download-jobs.ts";
    await openRange("${server.url}/m.gguf", null, quickSettings("${server.url}"), new AbortController().signal).then(console.log, (e) => console.log(e.code));`;
  expect(await run(download)).toContain("DOWNLOAD_TLS");
  const canvus = `
    import { testClient } from "./src/canvus/testing/test-server.ts";
    await testClient("${server.url}", { maxRetries: 0 }).client.listCanvases().then(console.log, (e) => console.log(e.code));`;
  expect(await run(canvus)).toContain("CANVUS_TLS");
});
