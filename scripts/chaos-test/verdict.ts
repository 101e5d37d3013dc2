import { overlaps, type Rect } from "../../src/canvus/geometry.ts";

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly title: string;
  readonly location: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
  readonly scale: number;
}

/** A question that a person wrote; `title` is unique, so that the note is found also when the reply to it got lost. */
export interface Asked {
  readonly title: string;
  readonly question: string;
  readonly answer: string;
  /** The server said that it has the note. */
  confirmed: boolean;
  /** The person deleted, or tried to delete, the note. */
  deleted: boolean;
}

export interface Row {
  readonly correlation_id: string;
  readonly widget_id: string;
  readonly response_widget_id: string | null;
  readonly response: string | null;
  readonly status: string;
}

export interface Write {
  readonly method: string;
  readonly applied: boolean;
  readonly widget?: { readonly id: string; readonly title?: string };
}

/** All that can be known from outside when a round is over. */
export interface Evidence {
  readonly asked: readonly Asked[];
  /** The notes of each canvas. */
  readonly canvases: readonly (readonly Note[])[];
  readonly rows: readonly Row[];
  readonly writes: readonly Write[];
}

const ANSWER = "AI answer ";

/** Pure: what contradicts "every prompt is answered exactly once", in words; empty when nothing does. */
export function judge(evidence: Evidence): string[] {
  const notes = evidence.canvases.flat();
  const answers = notes.filter((note) => note.title.startsWith(ANSWER));
  return [
    ...evidence.asked.flatMap((asked) => judgeQuestion(asked, notes, evidence.rows)),
    ...evidence.rows.flatMap((row) => judgeRow(row, answers)),
    ...answers.flatMap((answer) => judgeAnswer(answer, evidence.rows)),
    ...notes.flatMap(leftovers),
    ...evidence.canvases.flatMap(overlapping),
    ...twinsWritten(evidence.writes),
  ];
}

function judgeQuestion(asked: Asked, notes: readonly Note[], rows: readonly Row[]): string[] {
  const copies = notes.filter((note) => note.title === asked.title);
  if (copies.length > 1) return [`${asked.title} is on the canvas ${copies.length} times`];
  const [note] = copies;
  if (!note) return asked.confirmed && !asked.deleted ? [`${asked.title} is gone from the canvas`] : [];
  const found: string[] = [];
  if (note.text !== asked.question) found.push(`${asked.title} reads ${JSON.stringify(note.text)}`);
  const own = rows.filter((row) => row.widget_id === note.id);
  const succeeded = own.filter((row) => row.status === "succeeded");
  if (succeeded.length !== 1 || own.length !== 1) {
    found.push(`${asked.title} has the rows ${JSON.stringify(own.map((row) => row.status))}`);
  }
  for (const row of succeeded) {
    const answer = notes.find(({ id }) => id === row.response_widget_id);
    if (answer?.text !== asked.answer) {
      found.push(
        `${asked.title} is answered by ${JSON.stringify(answer?.text)} instead of "${asked.answer}"`,
      );
    }
  }
  return found;
}

function judgeRow(row: Row, answers: readonly Note[]): string[] {
  const own = answers.filter((note) => note.title === ANSWER + row.correlation_id);
  switch (row.status) {
    case "succeeded":
      if (own.length === 1 && own[0]?.id === row.response_widget_id && own[0].text === row.response)
        return [];
      return [`row ${row.correlation_id} succeeded and has the answers ${JSON.stringify(own)}`];
    case "cancelled":
      return own.length === 0 ? [] : [`row ${row.correlation_id} was cancelled and left an answer behind`];
    default:
      return [`row ${row.correlation_id} is ${row.status}`];
  }
}

function judgeAnswer(answer: Note, rows: readonly Row[]): string[] {
  const known = rows.some((row) => ANSWER + row.correlation_id === answer.title);
  return known ? [] : [`the answer "${answer.title}" belongs to no row`];
}

function leftovers(note: Note): string[] {
  const found: string[] = [];
  if (note.text.includes("⏳")) found.push(`a status line was left on "${note.title}"`);
  if (/\{\{|\}\}/.test(note.text)) found.push(`braces were left on "${note.title}"`);
  return found;
}

function overlapping(notes: readonly Note[]): string[] {
  const found: string[] = [];
  for (const [index, one] of notes.entries()) {
    for (const other of notes.slice(index + 1)) {
      if (overlaps(drawn(one), drawn(other))) found.push(`"${one.title}" and "${other.title}" overlap`);
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

function drawn({ location, size, scale }: Note): Rect {
  return { ...location, width: size.width * scale, height: size.height * scale };
}
