import { overlaps, type Rect } from "../../src/canvus/geometry.ts";
import type { Kind } from "./prompts.ts";

export interface Widget {
  readonly id: string;
  readonly widget_type: string;
  readonly parent_id: string;
  readonly text?: string;
  readonly title?: string;
  readonly original_filename?: string;
  readonly location: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
  readonly scale: number;
}

/**
 * What a person asked for; `title` is unique: the title of the note, or the name of the file, by which it is found also
 * when the reply of the server got lost.
 */
export interface Asked {
  readonly kind: Kind;
  readonly title: string;
  /** What the note has to read in the end; "" for a file. */
  readonly question: string;
  /** Word for word; null: whatever the service says it answered. */
  readonly answer: string | null;
  /** Code of the error that has to come instead. */
  readonly error: string | null;
  /** Codes of errors that are as good an end. */
  readonly excuses: readonly string[];
  /** The server said that it has it. */
  confirmed: boolean;
  /** The person deleted it, or tried to. */
  deleted: boolean;
}

export interface Row {
  readonly correlation_id: string;
  readonly widget_id: string;
  readonly response_widget_id: string | null;
  readonly response: string | null;
  readonly status: string;
  readonly error_code: string | null;
  readonly duration_ms: number | null;
}

export interface Write {
  readonly method: string;
  readonly applied: boolean;
  readonly widget?: {
    readonly id: string;
    readonly title?: string;
    readonly original_filename?: string;
  };
}

/** All that can be known from outside when a round is over. */
export interface Evidence {
  readonly asked: readonly Asked[];
  /** What is on each canvas. */
  readonly canvases: readonly (readonly Widget[])[];
  readonly rows: readonly Row[];
  readonly writes: readonly Write[];
  /** Codes of errors that the faults of this round excuse: people were told, and know what to do. */
  readonly excuses: readonly string[];
}

const ANSWER = "AI answer ";

/** Pure: what contradicts "every prompt is answered exactly once", in words; empty when nothing does. */
export function judge(evidence: Evidence): string[] {
  const widgets = evidence.canvases.flat();
  const answers = widgets.filter(({ title }) => title?.startsWith(ANSWER));
  const failed = new Set(
    evidence.rows.filter(({ status }) => status === "failed").map((row) => row.widget_id),
  );
  return [
    ...evidence.asked.flatMap((asked) => judgePrompt(asked, widgets, evidence)),
    ...evidence.rows.flatMap((row) => judgeRow(row, answers)),
    ...answers.flatMap((answer) => judgeAnswer(answer, evidence.rows)),
    ...widgets.flatMap((widget) => leftovers(widget, failed.has(widget.id))),
    ...evidence.canvases.flatMap(overlapping),
    ...twinsWritten(evidence.writes),
  ];
}

function judgePrompt(
  asked: Asked,
  widgets: readonly Widget[],
  { rows, writes, excuses: ofTheRound }: Evidence,
): string[] {
  const { title, question, answer, confirmed, deleted } = asked;
  const ids = idsOf(asked, writes, widgets);
  if (ids.length > 1) return [`${title} is on the canvas ${ids.length} times`];
  const [id] = ids;
  if (id === undefined) return confirmed ? [`${title} never came to the server`] : [];
  const found: string[] = [];
  const widget = widgets.find((each) => each.id === id);
  const own = rows.filter((row) => row.widget_id === id);
  const succeeded = own.filter(({ status }) => status === "succeeded");
  const excuses = [...asked.excuses, ...ofTheRound];
  const excused = own.filter(
    ({ status, error_code: code }) => status === "failed" && code !== null && excuses.includes(code),
  );
  const isNote = question !== "";
  if (isNote && widget && widget.text !== question)
    found.push(`${title} reads ${JSON.stringify(widget.text)}`);
  if (isNote && !widget && !deleted) found.push(`${title} is gone from the canvas`);
  if (!isNote && widget && excused.length === 0) found.push(`${title} was not taken away`);
  const expected =
    asked.error === null ? succeeded : own.filter(({ error_code: code }) => code === asked.error);
  const isDone = expected.length === 1 || excused.length === 1;
  if (!deleted && !(isDone && own.length === 1))
    found.push(`${title} has the rows ${JSON.stringify(own.map((row) => row.error_code ?? row.status))}`);
  for (const { response_widget_id } of succeeded) {
    const text = widgets.find((each) => each.id === response_widget_id)?.text;
    if (!deleted && answer !== null && text !== answer)
      found.push(`${title} is answered by ${JSON.stringify(text)} instead of "${answer}"`);
  }
  return found;
}

/** By the server's record of what was made, and by what is there: a server that is killed may not come to its record. */
function idsOf({ title }: Asked, writes: readonly Write[], widgets: readonly Widget[]): string[] {
  const made = writes.flatMap(({ method, applied, widget }) =>
    method === "POST" && applied && widget ? [widget] : [],
  );
  const own = [...made, ...widgets].filter(
    (widget) => widget.title === title || widget.original_filename === title,
  );
  return [...new Set(own.map(({ id }) => id))];
}

function judgeRow(row: Row, answers: readonly Widget[]): string[] {
  const own = answers.filter(({ title }) => title === ANSWER + row.correlation_id);
  const found: string[] = [];
  if ((row.duration_ms ?? 0) < 0) found.push(`row ${row.correlation_id} took ${row.duration_ms} ms`);
  const [answer] = own;
  const isWhole = own.length === 1 && answer?.id === row.response_widget_id;
  switch (row.status) {
    case "succeeded":
      if (!isWhole || answer?.text !== row.response)
        found.push(`row ${row.correlation_id} succeeded and has the answers ${JSON.stringify(own)}`);
      break;
    case "failed":
      if (!isWhole || !answer?.text?.includes(`(${row.error_code})`))
        found.push(`row ${row.correlation_id} failed and has the notes ${JSON.stringify(own)}`);
      break;
    case "cancelled":
      if (own.length > 0) found.push(`row ${row.correlation_id} was cancelled and left an answer behind`);
      break;
    default:
      found.push(`row ${row.correlation_id} is ${row.status}`);
  }
  return found;
}

function judgeAnswer({ title }: Widget, rows: readonly Row[]): string[] {
  const known = rows.some((row) => ANSWER + row.correlation_id === title);
  return known ? [] : [`the answer "${title}" belongs to no row`];
}

function leftovers({ title = "", text = "" }: Widget, mayBeMarked: boolean): string[] {
  const found: string[] = [];
  if (text.includes("⏳")) found.push(`a status line was left on "${title}"`);
  if (title.includes("⏳") && !mayBeMarked) found.push(`a mark was left in the title "${title}"`);
  if (/\{\{|\}\}/.test(text)) found.push(`braces were left on "${title}"`);
  return found;
}

/** Answers among themselves and with what people put on the canvas; what lies on something lies there on purpose. */
function overlapping(widgets: readonly Widget[]): string[] {
  const root = widgets.find(({ widget_type }) => widget_type === "SharedCanvas")?.id;
  const drawn = widgets.filter(
    ({ widget_type, parent_id }) => ["Note", "Image", "Pdf"].includes(widget_type) && parent_id === root,
  );
  const found: string[] = [];
  for (const [index, one] of drawn.entries()) {
    for (const other of drawn.slice(index + 1)) {
      if (overlaps(rectOf(one), rectOf(other))) found.push(`"${one.title}" and "${other.title}" overlap`);
    }
  }
  return found;
}

/** Two notes with one title, at whatever time, also when one of them was taken away again. */
function twinsWritten(writes: readonly Write[]): string[] {
  const ids = new Map<string, Set<string>>();
  for (const { method, applied, widget } of writes) {
    if (method !== "POST" || !applied || !widget?.title?.startsWith(ANSWER)) continue;
    ids.set(widget.title, (ids.get(widget.title) ?? new Set()).add(widget.id));
  }
  return [...ids].flatMap(([title, { size }]) => (size > 1 ? [`"${title}" was created ${size} times`] : []));
}

function rectOf({ location, size, scale }: Widget): Rect {
  return { ...location, width: size.width * scale, height: size.height * scale };
}
