import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { rejection } from "../testing/rejection.ts";
import type { Canvas } from "./canvas.ts";
import { type CanvasDirectory, resolveCanvas } from "./resolve-canvas.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** A server's list of canvases; ids outside of it are unknown. */
function directory(...canvases: Canvas[]): CanvasDirectory {
  return {
    host: "canvus.example.org",
    listCanvases: async () => canvases,
    getCanvas: async (canvasId) => {
      const found = canvases.find((canvas) => canvas.id === canvasId);
      if (found) return found;
      throw new AppError("CANVUS_NOT_FOUND", "404");
    },
  };
}

const board: Canvas = { id: id(1), name: "Team board", access: "edit" };
const plans: Canvas = { id: id(2), name: "Plans", access: "owner" };
const server = directory(board, plans);

test.each([
  id(1),
  ` ${id(1)} `,
  `https://canvus.example.org/open/${id(1)}`,
  `https://canvus.example.org/open/${id(1)}/?x=1`,
  `canvus+ssl://canvus.example.org/${id(1)}`,
  `canvus://canvus.example.org/${id(1)}`,
  "Team board",
  "team BOARD",
])("%p is the team board", async (reference) => {
  expect(await resolveCanvas(server, reference)).toEqual({ id: id(1), name: "Team board" });
});

test("an id need not look like a UUID when the server lists it", async () => {
  expect(await resolveCanvas(directory({ id: "c-1", name: "x" }), "c-1")).toEqual({ id: "c-1", name: "x" });
});

test("an exact name wins over the same name in another case", async () => {
  const twin = { ...plans, id: id(3), name: "PLANS" };
  expect(await resolveCanvas(directory(twin, plans), "Plans")).toMatchObject({ id: id(2) });
});

test("several canvases of a name are not guessed between; their ids are listed", async () => {
  const error = await rejection(resolveCanvas(directory(plans, { ...plans, id: id(3) }), "Plans"));
  expect(error).toMatchObject({
    code: "CANVUS_CANVAS_UNKNOWN",
    message: expect.stringMatching(new RegExp(`Several.*${id(2)}.*${id(3)}`)),
  });
});

test.each([["Nothing like it"], [id(9)], [`https://other.example.org/open/${id(9)}`]])(
  "for the unknown %p it says what exists",
  async (reference) => {
    expect(await rejection(resolveCanvas(server, reference))).toMatchObject({
      code: "CANVUS_CANVAS_UNKNOWN",
      message: expect.stringMatching(/There is no canvas.*"Team board".*"Plans"/),
    });
  },
);

test("a link to another server says so", async () => {
  expect(await rejection(resolveCanvas(server, `https://other.example.org/open/${id(9)}`))).toMatchObject({
    message: expect.stringContaining("points to other.example.org, but CANVUS_SERVER is canvus.example.org"),
  });
});

test("a long list is cut, an empty one is said", async () => {
  const many = Array.from({ length: 500 }, (_, n) => ({ id: id(n), name: `Canvas ${n}` }));
  const error = await rejection(resolveCanvas(directory(...many), "None"));
  expect(error instanceof AppError && error.message.length).toBeLessThan(1000);
  expect(await rejection(resolveCanvas(directory(), "None"))).toMatchObject({
    message: expect.stringContaining("can see no canvases"),
  });
});

test("a canvas in the trash is refused, by id and by name, unless a living one has the name", async () => {
  const trashed = { ...board, in_trash: true };
  for (const reference of [id(1), "Team board"]) {
    expect(await rejection(resolveCanvas(directory(trashed), reference))).toMatchObject({
      code: "CANVUS_CANVAS_UNKNOWN",
      message: expect.stringContaining("in the trash"),
    });
  }
  const alive = { ...board, id: id(5) };
  expect(await resolveCanvas(directory(trashed, alive), "Team board")).toMatchObject({ id: id(5) });
});

test("a canvas one may only look at is refused; old servers do not say and are believed", async () => {
  expect(await rejection(resolveCanvas(directory({ ...board, access: "view" }), id(1)))).toMatchObject({
    code: "CANVUS_FORBIDDEN",
    message: expect.stringContaining("only be viewed"),
  });
  expect(await resolveCanvas(directory({ id: id(1), name: "old" }), id(1))).toEqual({
    id: id(1),
    name: "old",
  });
});

test("a server that cannot be reached is not reported as an unknown canvas", async () => {
  const broken: CanvasDirectory = {
    host: "h",
    listCanvases: () => Promise.reject(new AppError("CANVUS_UNREACHABLE", "down")),
    getCanvas: () => Promise.reject(new AppError("CANVUS_UNREACHABLE", "down")),
  };
  for (const reference of [id(1), "name"]) {
    expect(await rejection(resolveCanvas(broken, reference))).toMatchObject({ code: "CANVUS_UNREACHABLE" });
  }
});
