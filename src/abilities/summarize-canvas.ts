import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import type { TextEngine } from "../inference/text-engine.ts";
import { TimeSlice } from "../time-slice.ts";
import { answerTitle } from "../triggers/our-marks.ts";
import type { Ability, AbilityRequest } from "./ability.ts";
import { answerText } from "./answer-end.ts";
import { canvasOutline } from "./canvas-outline.ts";
import type { ModelStyle } from "./model-style.ts";
import { remarksOnSummary, roomFor, type Section, summarizeLong } from "./summarize-long.ts";
import { usageOf } from "./usage.ts";

export interface SummarizeCanvasOptions {
  readonly engine: TextEngine;
  readonly style: ModelStyle;
  readonly maxTokens: number;
}

/** Texts that an engine counts in one call: so many are sent without the service doing nothing else meanwhile. */
const COUNTED_AT_ONCE = 500;

const ASK = "Summarize the notes on this canvas:\n";
const SYSTEM_PROMPT =
  "You read what stands on a team's whiteboard. Write three short sections headed Overview, Insights and Recommendations: what it is about, how things hang together, what to do next. Plain text without Markdown, in the language of the notes.";
const PIECE_PROMPT =
  "You read a part of a team's whiteboard. Summarize it in a few sentences; keep names, numbers, decisions and open questions. Plain text, in the language of the notes.";

/** Reads everything on a canvas and says what it is about. */
export function summarizeCanvas({ engine, style, maxTokens }: SummarizeCanvasOptions): Ability {
  return async (request) => {
    const { correlationId, signal, progress, show } = request;
    progress("reading the canvas …", 0);
    const lines = await canvasOutline(request.canvas, isOwn(request));
    if (lines.length === 0)
      throw new AppError("NOTHING_TO_SUMMARIZE", "There is nothing to read on this canvas.");
    const room = await roomFor(engine, style, maxTokens);
    const sections = await inPieces(lines, room.piece, engine, signal);
    let text = "";
    const summary = await summarizeLong(
      engine,
      style,
      {
        sections,
        condense: { system: PIECE_PROMPT, ask: ASK, maxTokens: room.pieceAnswer },
        finish: { system: SYSTEM_PROMPT, ask: ASK, maxTokens: room.answer },
        join: (first, last) => `${first} to ${last}`,
        together: (parts) => parts.map(({ text }) => `- ${text}`).join("\n"),
      },
      {
        correlationId,
        signal,
        onProgress: (done, calls) => progress(stage(done, calls), done / calls),
        onText: (piece) => {
          text += piece;
          show(text);
        },
      },
    );
    const written = [answerText(summary, "summary"), ...remarksOnSummary(summary, room.answer)];
    return { text: written.join("\n\n"), ...usageOf(summary.results) };
  };
}

function stage(done: number, calls: number): string {
  return done + 1 === calls ? "writing the summary …" : `reading part ${done + 1} of ${calls - 1} …`;
}

/** The icon that asked and the note that will be the answer say nothing about the canvas. */
function isOwn({ trigger, correlationId }: AbilityRequest): (widget: Widget) => boolean {
  const title = answerTitle(correlationId);
  return (widget) => widget.id === trigger.id || widget.title === title;
}

/** Fills pieces with whole lines; a line that is too long for one is left to the engine, which cuts its middle. */
async function inPieces(
  lines: readonly string[],
  limit: number,
  engine: TextEngine,
  signal: AbortSignal,
): Promise<Section[]> {
  const slice = new TimeSlice();
  const counts: number[] = [];
  while (counts.length < lines.length) {
    counts.push(
      ...(await engine.countTokens(lines.slice(counts.length, counts.length + COUNTED_AT_ONCE), { signal })),
    );
  }
  const pieces: string[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [at, line] of lines.entries()) {
    if (at % COUNTED_AT_ONCE === 0) await slice.restIfOver();
    const needed = (counts[at] ?? 0) + 1;
    if (used + needed > limit) {
      pieces.push([]);
      used = 0;
    }
    pieces.at(-1)?.push(line);
    used += needed;
  }
  return pieces.map((piece, at) => ({ label: `part ${at + 1}`, text: piece.join("\n") }));
}
