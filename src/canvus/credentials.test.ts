import { expect, test } from "bun:test";
import { rejection } from "../testing/rejection.ts";
import { type ReceivedRequest, startServer, testClient } from "./testing/test-server.ts";

const credentials = { email: "bot@example.org", password: "pass-w0rd!" };

/** A server whose login tokens the test can revoke. */
function loginServer(answerLogin?: (index: number) => Response | Promise<Response>) {
  const accepted = new Set<string>();
  let logins = 0;
  const server = startServer(async ({ path, headers }: ReceivedRequest) => {
    if (path.endsWith("/users/login")) {
      logins += 1;
      if (answerLogin) return answerLogin(logins);
      const token = `login-token-${logins}`;
      accepted.add(token);
      return Response.json({ token, user: { id: 1034 } });
    }
    if (!accepted.has(headers.get("private-token") ?? ""))
      return Response.json({ msg: "Invalid token" }, { status: 401 });
    return Response.json([]);
  });
  return { server, accepted, logins: () => logins };
}

test("logs in with email and password when a token is first needed, once for all", async () => {
  const { server, logins } = loginServer();
  const { client } = testClient(server.url, { credentials });
  await Promise.all([client.listCanvases(), client.listCanvases(), client.listWidgets("c")]);
  expect(logins()).toBe(1);
  const login = server.requests.find(({ path }) => path.endsWith("/users/login"));
  expect(JSON.parse(login?.body ?? "")).toEqual(credentials);
  expect(login?.headers.has("private-token")).toBe(false);
});

test("an expired login token is replaced once for all requests that were refused", async () => {
  const { server, accepted, logins } = loginServer();
  const { client } = testClient(server.url, { credentials });
  await client.listCanvases();
  accepted.clear();
  await Promise.all([client.listCanvases(), client.listCanvases(), client.listCanvases()]);
  expect(logins()).toBe(2);
});

test("a token that is refused right after the login is not tried for ever", async () => {
  const { server, logins } = loginServer(() => Response.json({ token: "never-good" }));
  const { client } = testClient(server.url, { credentials });
  expect(await rejection(client.listCanvases())).toMatchObject({ code: "CANVUS_UNAUTHORIZED" });
  expect(logins()).toBe(2);
});

test("an access token that is refused is not retried and no login is tried", async () => {
  const { server, logins } = loginServer();
  const { client } = testClient(server.url);
  expect(await rejection(client.listCanvases())).toMatchObject({
    code: "CANVUS_UNAUTHORIZED",
    message: expect.stringContaining("Invalid token"),
  });
  expect(server.requests).toHaveLength(1);
  expect(logins()).toBe(0);
});

test.each([400, 401, 403])("wrong credentials are one clear error, also with status %i", async (status) => {
  const { server } = loginServer(() => Response.json({ msg: "Invalid username or password" }, { status }));
  const { client, logger } = testClient(server.url, { credentials });
  const error = await rejection(client.listCanvases());
  expect(error).toMatchObject({ code: "CANVUS_UNAUTHORIZED", context: { status_code: status } });
  expect(error).toHaveProperty("message", expect.stringContaining("Invalid username or password"));
  expect(server.requests).toHaveLength(1);
  expect(Bun.inspect(error, { depth: 20 }) + logger.text()).not.toContain(credentials.password);
});

test("a login that meets a busy server is repeated with the request", async () => {
  const { server, accepted } = loginServer((index) => {
    if (index === 1) return new Response("", { status: 503 });
    accepted.add("t-second");
    return Response.json({ token: "t-second" });
  });
  expect(await testClient(server.url, { credentials }).client.listCanvases()).toEqual([]);
});

test("a password the server repeats in its message is masked", async () => {
  const { server } = loginServer(() =>
    Response.json({ msg: `bad: ${credentials.password}` }, { status: 401 }),
  );
  const error = await rejection(testClient(server.url, { credentials }).client.listCanvases());
  expect(error).toHaveProperty("message", expect.stringContaining("bad: ***"));
});

test("a login answer without a token is not Canvus", async () => {
  const { server } = loginServer(() => Response.json({ user: {} }));
  const error = await rejection(testClient(server.url, { credentials, maxRetries: 0 }).client.listCanvases());
  expect(error).toMatchObject({ code: "CANVUS_PROTOCOL" });
});
