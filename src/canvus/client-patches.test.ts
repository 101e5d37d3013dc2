import { expect, test } from "bun:test";
import { rejection } from "../testing/rejection.ts";
import { startServer, testClient } from "./testing/test-server.ts";

const note = {
  title: "AI answer k3",
  text: "42",
  location: { x: 1, y: 2 },
  size: { width: 300, height: 300 },
};

test("colours always travel as a triple", async () => {
  const server = startServer(({ body }) =>
    Response.json({ id: "n", widget_type: "Note", ...JSON.parse(body) }),
  );
  const { client } = testClient(server.url);
  await client.createNote("c", { ...note, background_color: "#102030ff" });
  await client.patchWidget("c", { id: "n", widget_type: "Note" }, { background_color: "#fff2b3ff" });
  await client.patchWidget("c", { id: "n", widget_type: "Note" }, { text_color: "#ff0000ff" });
  await client.patchWidget("c", { id: "n", widget_type: "Note" }, { text: "no colour" });
  expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([
    { ...note, auto_text_color: false, background_color: "#102030ff", text_color: "#ffffffff" },
    { auto_text_color: false, background_color: "#fff2b3ff", text_color: "#000000ff" },
    { auto_text_color: false, text_color: "#ff0000ff" },
    { text: "no colour" },
  ]);
});

test("a 409 on a colour is answered in two steps, once", async () => {
  let switched = false;
  const server = startServer(({ body }) => {
    const fields: Record<string, unknown> = JSON.parse(body);
    if (!switched && "background_color" in fields) return Response.json({ msg: "conflict" }, { status: 409 });
    switched = fields.auto_text_color === false;
    return Response.json({ id: "n", widget_type: "Note", ...fields });
  });
  const patched = await testClient(server.url).client.patchWidget(
    "c",
    { id: "n", widget_type: "Note" },
    { text: "x", background_color: "#fff2b3ff" },
  );
  expect(patched).toMatchObject({ text: "x", background_color: "#fff2b3ff" });
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
    Array(3).fill("PATCH /api/v1/canvases/c/notes/n"),
  );
});

test("a 409 that stays, or one without colours, is a conflict", async () => {
  const server = startServer(() => Response.json({ msg: "no" }, { status: 409 }));
  const { client } = testClient(server.url);
  const widget = { id: "n", widget_type: "Note" };
  expect(await rejection(client.patchWidget("c", widget, { background_color: "#fff2b3" }))).toMatchObject({
    code: "CANVUS_CONFLICT",
  });
  expect(server.requests).toHaveLength(2);
  expect(await rejection(client.patchWidget("c", widget, { text: "x" }))).toMatchObject({
    code: "CANVUS_CONFLICT",
  });
  expect(server.requests).toHaveLength(3);
});

test("patches are repeated, deletes too, and what is gone already counts as deleted", async () => {
  const server = startServer(({ method }, index) => {
    if (index % 2 === 0) return new Response("", { status: 500 });
    return method === "DELETE"
      ? Response.json({ msg: "gone" }, { status: 404 })
      : Response.json({ ...note, id: "n", widget_type: "Note" });
  });
  const { client } = testClient(server.url);
  await client.patchWidget("c", { id: "n", widget_type: "Note" }, { text: "x" });
  await client.deleteWidget("c", { id: "v", widget_type: "VideoInput" });
  expect(server.requests.map(({ method, path }) => `${method} ${path.slice(18)}`)).toEqual([
    "PATCH /notes/n",
    "PATCH /notes/n",
    "DELETE /video-inputs/v",
    "DELETE /video-inputs/v",
  ]);
});
