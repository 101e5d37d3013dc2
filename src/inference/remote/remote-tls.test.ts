import { afterAll, beforeAll, expect, test } from "bun:test";
import { type SelfSignedServer, startSelfSignedServer } from "../../http/testing/self-signed-server.ts";
import { rejection } from "../../testing/rejection.ts";
import { RemoteTextEngine } from "./remote-text-engine.ts";
import { openAiServer } from "./server.ts";
import { clientOf, QUESTION, run } from "./testing/remote-bench.ts";

let server: SelfSignedServer;

beforeAll(async () => {
  const answer = { choices: [{ message: { content: "Paris." }, finish_reason: "stop" }] };
  server = await startSelfSignedServer(() => Response.json(answer));
});

afterAll(() => server.stop());

function ask(ca?: string) {
  const { client, logger } = clientOf(openAiServer(server.url, undefined), { http: { ca } });
  return new RemoteTextEngine({ client, model: "m", contextSize: 0, logger }).generate(QUESTION, run());
}

test("a certificate of an authority that nobody knows is refused with the reason, at once", async () => {
  expect(await rejection(ask())).toMatchObject({
    code: "REMOTE_TLS",
    message: expect.stringContaining("self-signed"),
  });
});

test("its authority, given by the administrator, is trusted", async () => {
  expect((await ask(server.certificate)).text).toBe("Paris.");
});

test("a file that is no certificate is said so", () => {
  expect(() => clientOf(openAiServer(server.url, undefined), { http: { ca: "no PEM" } })).toThrow(
    "LLM_CA_FILE",
  );
});
