import { afterEach, expect, test } from "bun:test";
import { runCheck } from "../testing/run-check.ts";
import { port } from "./port.ts";

let server: Bun.Server<undefined> | undefined;
afterEach(async () => {
  await server?.stop(true);
  server = undefined;
});

const look = (number: number) => runCheck(port, { PORT: String(number) });

function listen(fetch: (request: Request) => Response): number {
  server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
  return server.port ?? 0;
}

test("our own service holds it: ready, or with its reasons", async () => {
  const ready = listen(() => Response.json({ ready: true, reasons: [] }));
  expect(await look(ready)).toMatchObject({
    status: "ok",
    message: expect.stringContaining("which is ready"),
  });
  await server?.stop(true);
  const reasons = [{ part: "canvas", message: "No canvas is live." }];
  const waiting = listen(() => Response.json({ ready: false, reasons }, { status: 503 }));
  expect(await look(waiting)).toMatchObject({
    status: "warn",
    message: expect.stringContaining("No canvas is live."),
  });
});

test("another program has it: a failure that names it", async () => {
  const taken = listen(() => new Response("hello"));
  const result = await look(taken);
  expect(result).toMatchObject({ status: "fail", code: "PORT_IN_USE" });
  if (process.platform === "linux") expect(result.message).toContain(`(process ${process.pid})`);
});

test("a free one, or any free one, is fine", async () => {
  const taken = listen(() => new Response(""));
  await server?.stop(true);
  expect((await look(taken)).status).toBe("ok");
  expect((await look(0)).message).toContain("PORT=0");
});
