import * as fc from "fast-check";
import { noteSizeFor } from "../../../src/canvus/note-size.ts";
import { chunkText } from "../../../src/documents/chunk-text.ts";
import { createRedactor } from "../../../src/observability/redaction.ts";
import { searchExpression } from "../../../src/storage/queries/search-text.ts";
import { readImageTitle, withFailure, withWorking } from "../../../src/triggers/image-title.ts";
import { disarmBraces, parseNotePrompt, removeBraces } from "../../../src/triggers/note-prompt.ts";
import { hasStatus, withoutStatus, withStatus } from "../../../src/triggers/our-marks.ts";
import { ownResidentBytes, type Target } from "../target.ts";

const WORDS = [
  ...["{{", "}}", "{", "}", "{{}}", "image:", "IMAGE: "],
  ...["⏳ AI: \u2060", "⏳ AI: ", "⏳", "\u2060", " ⏳ AI: \u2060working", " ⏳ AI: \u2060failed 1a2b"],
  ...["\n", "\r\n", "\n\n", "\r", "\t", " ", "    ", "\u00a0", "\u2028", "\0"],
  ...["👩‍👩‍👧‍👦", "é", "ไทย", "مرحبا", "漢字", "\ud800", "\udc00", "\u202e", "\u200b"],
  ...[
    "AI answer abc",
    "Snapshot at",
    "https://user:pass@host/",
    "Bearer abc",
    "a",
    "word",
    "Sentence. ",
    '"',
    "\\",
    "'",
  ],
];
/** Pastes of whole documents; a regular expression that goes back and forth shows at such lengths. */
const REPEATS = [1000, 20_000];
const TOKENS = 200;
const SLOW_MS = 3000;

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
);
const words = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
const shortText = fc
  .tuple(words, fc.constantFrom("", "{{", "{{image: "), words, fc.constantFrom("", "}}"), words)
  .map((parts) => parts.join(""));
const longText = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 3 }), fc.constantFrom(...REPEATS), shortText)
  .map(([pieces, times, end]) => pieces.join("").repeat(times).slice(0, 100_000) + end);

/** Reads what people may write into a note, and does with it all that is done with texts before a model sees them. */
export function noteTexts(): Target<string> {
  const redactor = createRedactor(["a-secret-of-ours"]);
  return {
    inputs: fc.oneof({ weight: 19, arbitrary: shortText }, { weight: 1, arbitrary: longText }),
    async check(text) {
      const began = performance.now();
      const asked = parseNotePrompt(text);
      if (parseNotePrompt(removeBraces(text)) !== null) throw new Error("without its braces it asks again");
      if (parseNotePrompt(disarmBraces(text)) !== null) throw new Error("disarmed it asks again");
      checkMarks(text);
      const { width, height } = noteSizeFor(text, 1);
      if (!(width >= 300 && width <= 1660 && height >= 300 && height <= 6000))
        throw new Error(`a note of ${width} × ${height}`);
      searchExpression(text);
      redactor.text(text);
      await checkChunks(text);
      const took = performance.now() - began;
      if (took > SLOW_MS) throw new Error(`${text.length} characters took ${Math.round(took)} ms`);
      return asked === null ? "asks nothing" : asked.image ? "asks for a picture" : "asks";
    },
    residentBytes: ownResidentBytes,
    maxGrowth: 96e6,
    describe: (text) => JSON.stringify(text),
  };
}

function checkMarks(text: string): void {
  const plain = withoutStatus(text);
  const marked = withStatus(text, "thinking …");
  if (!hasStatus(marked)) throw new Error("the status line is not found");
  if (withoutStatus(marked) !== plain) throw new Error("the status line does not go without a trace");
  for (const title of [withWorking(text), withFailure(text, "1a2b")])
    if (readImageTitle(title).plain !== readImageTitle(text).plain)
      throw new Error("the title does not come back");
}

/** With a tokenizer that takes a token for three characters. */
async function checkChunks(text: string): Promise<void> {
  const countTokens = async (texts: readonly string[]) => texts.map((each) => Math.ceil(each.length / 3));
  const chunks = await chunkText([{ page: 1, text }], { maxTokens: TOKENS, overlapTokens: 0, countTokens });
  const tooLong = chunks.find((chunk) => chunk.tokens > TOKENS);
  if (tooLong) throw new Error(`a chunk of ${tooLong.tokens} tokens`);
  const without = (whole: string) => whole.replace(/\s+/g, "");
  if (without(chunks.map((chunk) => chunk.text).join("")) !== without(text))
    throw new Error("the chunks lose text");
}
