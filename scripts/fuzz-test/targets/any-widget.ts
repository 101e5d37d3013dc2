import * as fc from "fast-check";

const TYPES = [
  "Note",
  "note",
  "Image",
  "Pdf",
  "SharedCanvas",
  "Connector",
  "Anchor",
  "Annotation",
  "Video",
  "Browser",
];
/** Few, so that widgets are parents of each other, of themselves, and meet again in later frames. */
const IDS = ["", "a", "b", "c", "d", "__proto__", "constructor"];
const TITLES = [
  "AI_Icon_PDF_Precis",
  "AI_Icon_Canvus_Precis.png",
  "ai icon-image analysis",
  "Snapshot at 2026-01-02 03:04:05",
  "AI answer abc",
  "Snapshot at 1 ⏳ AI: \u2060working",
  "AI_Icon_PDF_Precis ⏳ AI: \u2060failed 0",
];
const TEXTS = ["{{Why?}}", "{{", "{{image: a fox}}", "Why?\n\n⏳ AI: \u2060thinking", "a"];

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -1000, max: 10_000 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(1e308, -1e308, 5e-324, 0, -0, 1e15) },
);
const point = fc.record({ x: number, y: number }, { requiredKeys: [] });
const size = fc.record({ width: number, height: number }, { requiredKeys: [] });
const id = fc.constantFrom(...IDS);

/** Mostly what servers send; now and then anything. */
function usually<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | fc.JsonValue> {
  return fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
}

/** One element of a frame: a widget, one that lacks fields, or something that is none. */
export const anyWidget = fc.oneof(
  {
    weight: 80,
    arbitrary: fc.record(
      {
        id: usually(id),
        widget_type: usually(fc.constantFrom(...TYPES)),
        state: usually(fc.constantFrom("normal", "deleted")),
        parent_id: usually(id),
        location: usually(point),
        size: usually(size),
        scale: usually(number),
        depth: usually(number),
        title: usually(fc.oneof(fc.constantFrom(...TITLES), fc.string())),
        text: usually(fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: "grapheme" }))),
        background_color: usually(fc.constantFrom("#ffffff", "#12345678", "red", "#fff")),
        auto_text_color: usually(fc.boolean()),
        hash: usually(fc.string()),
        anchor_name: usually(fc.string()),
        src: usually(fc.record({ id })),
        dst: usually(fc.record({ id })),
      },
      { requiredKeys: ["id", "widget_type"] },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
