import { expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { canvasOutline } from "./canvas-outline.ts";
import { asked } from "./testing/asked.ts";

const at = (x: number, y: number) => ({ location: { x, y }, size: { width: 300, height: 300 } });
const note = (id: string, text: string, place = at(0, 0)): Widget => ({
  id,
  widget_type: "Note",
  text,
  ...place,
});

function outline(widgets: readonly Widget[], ...ignored: string[]): Promise<string[]> {
  return canvasOutline(asked({ widgets }).canvas, ({ id }) => ["asks", ...ignored].includes(id));
}

test("notes that lie together are a plain list, in the order people read", async () => {
  const widgets = [note("c", "third", at(0, 400)), note("b", "second", at(350, 0)), note("a", "first")];
  expect(await outline(widgets)).toEqual(["- first", "- second", "- third"]);
});

test("anchors name regions, distance makes groups, connectors tell what leads where", async () => {
  const widgets: Widget[] = [
    {
      id: "zone",
      widget_type: "Anchor",
      anchor_name: "Risks",
      location: { x: 5000, y: 0 },
      size: { width: 1200, height: 800 },
    },
    note("r", "Budget is short", at(5100, 100)),
    note("n", "Plan\nwith two lines"),
    note("far", "Far away", at(0, 4000)),
    { id: "p", widget_type: "Pdf", title: "report.pdf", ...at(350, 0) },
    { id: "line", widget_type: "Connector", src: { id: "n" }, dst: { id: "r" } },
    { id: "loose", widget_type: "Connector", src: { id: "n" }, dst: { id: "gone" } },
  ];
  expect(await outline(widgets)).toEqual([
    'Region "Risks":',
    "- Budget is short",
    "Group 1:",
    "- Plan\nwith two lines",
    "- (PDF) report.pdf",
    "Group 2:",
    "- Far away",
    "Connections:",
    '- "Plan" leads to "Budget is short"',
  ]);
});

test("what says nothing is left out: icons, status lines, empty notes, what was asked to be ignored", async () => {
  const widgets: Widget[] = [
    { id: "root", widget_type: "SharedCanvas", size: { width: 9600, height: 5400 } },
    { id: "icon", widget_type: "Image", title: "AI_Icon_Canvus_Precis", ...at(0, 0) },
    note("empty", "  "),
    note("own", "⏳ reading the canvas"),
    note("asked", "Why?\n\n⏳ AI: \u2060waiting"),
  ];
  expect(await outline(widgets, "own")).toEqual(["- Why?"]);
});

test("100,000 notes leave the service time for other things in between", async () => {
  const widgets = Array.from({ length: 100_000 }, (_, n) =>
    note(`n${n}`, `note ${n}`, at((n % 300) * 310, n)),
  );
  let turns = 0;
  const ticking = setInterval(() => turns++, 0);
  await outline(widgets);
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(20);
}, 60_000);
