import type { GenerateOptions, TextEngine, TextResult } from "../inference/text-engine.ts";
import { remarksOnEnd } from "./answer-end.ts";
import { chat, type ModelStyle } from "./model-style.ts";

/** A piece of a long text, and how people call it: "p. 3–7", or the name of a region. */
export interface Section {
  readonly label: string;
  readonly text: string;
}

/** What the model is told. */
interface Instruction {
  readonly system: string;
  /** Stands before the text. */
  readonly ask: string;
  /** Longest answer. */
  readonly maxTokens: number;
}

export interface LongText {
  /** In order; each short enough for one call with `condense`. */
  readonly sections: readonly Section[];
  /** For each piece of a text that does not fit into one call. */
  readonly condense: Instruction;
  /** For the whole of it, or what became of its pieces. */
  readonly finish: Instruction;
  /** How pieces that were read together are called. */
  readonly join: (first: string, last: string) => string;
  /** How several pieces stand in one text. */
  readonly together: (sections: readonly Section[]) => string;
}

export interface LongSummary {
  readonly text: string;
  /** What the summary was made of, at most MAX_PARTS; empty when the text was read in one call. */
  readonly parts: readonly Section[];
  /** Pieces that are left out: the model only repeated itself there. */
  readonly lost: number;
  /** Of all calls. */
  readonly results: readonly TextResult[];
  readonly stopReason: TextResult["stopReason"];
}

export interface LongRun extends GenerateOptions {
  /** @param fraction of the calls that are done, 0 to 1 */
  readonly onProgress: (done: number, calls: number) => void;
}

/** Of the chat template and what stands around the text. */
const PROMPT_RESERVE = 200;
/** However large the context: a model loses the middle of long texts, and people see no progress meanwhile. */
const LONGEST_PIECE = 4000;
const SHORTEST_PIECE = 128;
/** A summary of a piece: a paragraph. */
const PIECE_ANSWER = 200;

/** More pieces than that are read together once more: a model keeps only so many apart, and people too. */
export const MAX_PARTS = 8;

/** How much of a text one call can take, in tokens, and how long the summary of a piece may be. */
export async function roomFor(
  engine: TextEngine,
  style: ModelStyle,
  answerTokens: number,
): Promise<{ readonly piece: number; readonly pieceAnswer: number; readonly answer: number }> {
  const context = await engine.contextSize();
  const longest = style.longestSummary ?? Number.POSITIVE_INFINITY;
  const answer = Math.min(answerTokens, longest, Math.floor(context / 3));
  const room = Math.max(SHORTEST_PIECE, context - answer - PROMPT_RESERVE);
  const piece = Math.min(room, style.longestText ?? LONGEST_PIECE);
  // What the summary is made of in the end has to fit as well.
  return { piece, answer, pieceAnswer: Math.min(PIECE_ANSWER, longest, Math.floor(room / (MAX_PARTS + 1))) };
}

/**
 * Summarises a text of any length: each piece by itself, then the summaries in groups, level by level, until they are
 * few enough to be read at once. The model never reads more than a piece, so nothing is cut off silently.
 */
export async function summarizeLong(
  engine: TextEngine,
  style: ModelStyle,
  { sections, condense, finish, join, together }: LongText,
  { onProgress, onText, ...run }: LongRun,
): Promise<LongSummary> {
  const calls = callsFor(sections.length);
  const results: TextResult[] = [];
  const ask = async ({ system, ask, maxTokens }: Instruction, text: string, listener?: typeof onText) => {
    onProgress(results.length, calls);
    const messages = chat(style, system, { role: "user", content: ask + text });
    const options = listener === undefined ? run : { ...run, onText: listener };
    const result = await engine.generate({ messages, maxTokens, temperature: style.temperature }, options);
    results.push(result);
    return result;
  };
  // One section alone needs no label: it is the whole.
  const joined = (group: readonly Section[]) =>
    group.length === 1 ? (group[0]?.text ?? "") : together(group);
  let parts = sections;
  let lost = 0;
  while (parts.length > MAX_PARTS || (parts === sections && sections.length > 1)) {
    const next: Section[] = [];
    for (const group of parts === sections ? parts.map((part) => [part]) : groupsOf(parts, MAX_PARTS)) {
      const { text, stopReason } = await ask(condense, joined(group));
      if (text === "" && stopReason === "repetition") lost += 1;
      else next.push({ label: labelOf(group, join), text: text.trim().replace(/^summary:\s*/i, "") });
    }
    parts = next;
  }
  if (parts.length === 0) return { text: "", parts, lost, results, stopReason: "repetition" };
  const pieces = parts === sections ? [] : parts;
  const { text, stopReason } = await ask(finish, joined(parts), onText);
  // What was read of each piece is worth more than nothing.
  if (text === "" && stopReason === "repetition")
    return { text: joined(pieces), parts: [], lost, results, stopReason };
  return { text: text.trim(), parts: pieces, lost, results, stopReason };
}

/** What people should know of how a summary came about. @param maxTokens its longest */
export function remarksOnSummary({ stopReason, lost }: LongSummary, maxTokens: number): string[] {
  const remarks = remarksOnEnd(stopReason, "summary", maxTokens);
  if (lost > 0) {
    const parts = lost === 1 ? "One part is" : `${lost} parts are`;
    remarks.push(`(${parts} left out because the model only repeated itself there.)`);
  }
  return remarks;
}

/** How many calls a text of so many sections takes. */
function callsFor(sections: number): number {
  if (sections <= 1) return 1;
  let calls = sections + 1;
  for (let parts = sections; parts > MAX_PARTS; ) {
    parts = Math.ceil(parts / MAX_PARTS);
    calls += parts;
  }
  return calls;
}

function labelOf(group: readonly Section[], join: LongText["join"]): string {
  const [first, last] = [group[0]?.label ?? "", group.at(-1)?.label ?? ""];
  return first === last ? first : join(first, last);
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
