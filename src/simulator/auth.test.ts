import { afterEach, beforeEach, expect, test } from "bun:test";
import { LineReader } from "./testing/line-reader.ts";
import { refusal, TestBench } from "./testing/test-bench.ts";

let bench: TestBench;

beforeEach(async () => {
  bench = await TestBench.start({
    viewOnlyTokens: ["view-token"],
    user: { email: "bot@example.org", password: "secret" },
  });
});
afterEach(() => bench.simulator.stop());

async function post(path: string, body: unknown): Promise<Response> {
  return bench.fetch(path, { method: "POST", body: JSON.stringify(body) });
}

test("every resource needs a valid token, except what tells callers where they are", async () => {
  for (const token of [undefined, "wrong"]) {
    bench.token = token;
    for (const path of [
      "/canvases",
      `/canvases/${bench.canvasId}/widgets?subscribe`,
      "/license",
      "/clients",
      "/users",
    ]) {
      expect(await refusal(await bench.fetch(`/api/v1${path}`))).toEqual([401, "Invalid token"]);
    }
    expect((await bench.fetch("/api/v1/server-info")).status).toBe(200);
    expect(await (await bench.fetch("/api/v1/server-config")).json()).not.toHaveProperty("email");
  }
});

test("a view-only token reads and watches but changes nothing", async () => {
  const note = await bench.widget("POST", "notes", {});
  bench.token = "view-token";
  expect((await bench.canvas("GET", "widgets")).status).toBe(200);
  const canvas = await (await bench.fetch(`/api/v1/canvases/${bench.canvasId}`)).json();
  expect(canvas).toMatchObject({ access: "view" });
  for (const [method, path] of [
    ["POST", "notes"],
    ["PATCH", `notes/${note.id}`],
    ["DELETE", `notes/${note.id}`],
    ["PATCH", "background"],
  ] as const) {
    expect(await refusal(await bench.canvas(method, path, {}))).toEqual([403, "Permission denied"]);
  }
});

test("a link-shared canvas is open to guests as far as the link permits", async () => {
  const permissions = `/api/v1/canvases/${bench.canvasId}/permissions`;
  await post(permissions, { link_permission: "view" });
  bench.token = undefined;
  expect((await bench.canvas("GET", "widgets")).status).toBe(200);
  expect((await bench.canvas("POST", "notes", {})).status).toBe(403);
  bench.token = "edit-token";
  await post(permissions, { link_permission: "edit" });
  bench.token = undefined;
  expect((await bench.canvas("POST", "notes", {})).status).toBe(200);
});

test("login by password gives a token that works until logout", async () => {
  bench.token = undefined;
  const login = await post("/api/v1/users/login", { email: "bot@example.org", password: "secret" });
  const { token, user } = (await login.json()) as { token: string; user: { id: number } };
  expect(user.id).toBe(1034);
  bench.token = token;
  expect((await bench.fetch("/api/v1/canvases")).status).toBe(200);
  const again = await post("/api/v1/users/login", { token });
  expect(await again.json()).toMatchObject({ token, user: { email: "bot@example.org" } });
  const logout = await post("/api/v1/users/logout", {});
  expect([logout.status, await logout.text()]).toEqual([200, ""]);
  expect((await bench.fetch("/api/v1/canvases")).status).toBe(401);
});

test("login refuses wrong credentials and other bodies in the server's words", async () => {
  bench.token = undefined;
  const login = (body: unknown) => post("/api/v1/users/login", body).then(refusal);
  expect(await login({ email: "bot@example.org", password: "no" })).toEqual([
    401,
    "Invalid username or password.",
  ]);
  const wording = "Login request must have either email and password or token";
  expect(await login({ username: "bot@example.org", password: "secret" })).toEqual([400, wording]);
  expect(await login({})).toEqual([400, wording]);
});

test("there is no who-am-I", async () => {
  expect(await refusal(await bench.fetch("/api/v1/users/me"))).toEqual([400, "User ID me is not an integer"]);
});

test("a revoked access token ends its streams and is refused afterwards", async () => {
  const made = await post("/api/v1/users/1034/access-tokens", { description: "test" });
  const { id, plain_token: secret } = (await made.json()) as { id: string; plain_token: string };
  const listed = await (await bench.fetch("/api/v1/users/1034/access-tokens")).text();
  expect(listed).toContain(id);
  expect(listed).not.toContain(secret);
  bench.token = secret;
  const stream = await bench.stream("notes?subscribe");
  expect(await stream.frame()).toEqual([]);
  bench.token = "edit-token";
  await bench.fetch(`/api/v1/users/1034/access-tokens/${id}`, { method: "DELETE" });
  expect(await stream.line()).toBeUndefined();
  bench.token = secret;
  expect((await bench.canvas("GET", "notes?subscribe")).status).toBe(401);
});

test("what needs no token is refused to other web pages and to rebound names", async () => {
  const own = await bench.fetch("/_sim/page");
  expect(await own.json()).toMatchObject({ token: "edit-token", canvases: [{ id: bench.canvasId }] });
  const foreign: Record<string, string>[] = [
    { origin: "https://example.org" },
    { "sec-fetch-site": "cross-site" },
    { host: "example.org" },
  ];
  for (const headers of foreign) expect((await bench.fetch("/_sim/page", { headers })).status).toBe(403);
});

test("a stream is closed by the server's end when it stops", async () => {
  const response = await bench.canvas("GET", "widgets?subscribe");
  const reader = new LineReader(response.body ?? new ReadableStream());
  await reader.frame();
  await bench.simulator.stop();
  await expect(reader.line()).rejects.toThrow();
});
