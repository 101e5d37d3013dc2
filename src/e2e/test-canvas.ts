import { until } from "./executable.ts";

export interface TestNote {
  readonly id: string;
  readonly widget_type: string;
  readonly text: string;
  readonly title: string;
  readonly location: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
  readonly scale: number;
}

/** A server that is down refuses at once; asking it again at once would only burn the processor. */
const RECONNECT_MS = 20;

/** A canvas as another Canvus client sees it: plain requests, and one stream that keeps the notes up to date. */
export class TestCanvas {
  readonly id: string;
  /** Every text each note ever had, in order. */
  readonly history = new Map<string, string[]>();
  readonly #root: string;
  readonly #token: string;
  readonly #notes = new Map<string, TestNote>();
  readonly #watchers = new Set<() => void>();
  readonly #closing = new AbortController();

  constructor(server: { readonly url: string; readonly token: string }, canvasId: string) {
    this.id = canvasId;
    this.#root = `${server.url}/api/v1/canvases/${canvasId}`;
    this.#token = server.token;
    void this.#follow();
  }

  get notes(): TestNote[] {
    return [...this.#notes.values()];
  }

  get answers(): TestNote[] {
    return this.notes.filter((note) => note.title.startsWith("AI answer "));
  }

  async addNote(text: string, fields: Record<string, unknown> = {}): Promise<TestNote> {
    return (await this.request("POST", "/notes", { text, ...fields })) as TestNote;
  }

  patchNote(id: string, fields: Record<string, unknown>): Promise<unknown> {
    return this.request("PATCH", `/notes/${id}`, fields);
  }

  deleteNote(id: string): Promise<unknown> {
    return this.request("DELETE", `/notes/${id}`);
  }

  async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#root + path, {
      method,
      headers: { "private-token": this.#token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return method === "DELETE" ? undefined : response.json();
  }

  /** The first value the notes give, now or after some change. */
  until<T>(look: (canvas: TestCanvas) => T | undefined, patienceMs?: number): Promise<T> {
    return until(
      () => look(this),
      (changed) => this.onChange(changed),
      () => `it did not happen; the notes are:\n${JSON.stringify(this.notes, null, 1)}`,
      patienceMs,
    );
  }

  /** Calls the listener after each change; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** The complete answer: its text, and the question's note without a status line again. */
  answerWith(text: string, questionId: string): Promise<TestNote> {
    return this.until(() => {
      if (this.#notes.get(questionId)?.text.includes("⏳")) return undefined;
      return this.answers.find((note) => note.text === text);
    });
  }

  close(): void {
    this.#closing.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#stream(signal).catch(() => undefined);
      if (!signal.aborted) await Bun.sleep(RECONNECT_MS);
    }
  }

  async #stream(signal: AbortSignal): Promise<void> {
    const headers = { "private-token": this.#token };
    const response = await fetch(`${this.#root}/notes?subscribe`, { headers, signal });
    let rest = "";
    let first = true;
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines.filter((each) => each.trim() !== "")) {
        if (first) this.#notes.clear();
        first = false;
        for (const note of JSON.parse(line)) this.#take(note);
      }
      for (const changed of this.#watchers) changed();
    }
  }

  #take(note: TestNote & { readonly state: string }): void {
    if (note.state === "deleted") {
      this.#notes.delete(note.id);
      return;
    }
    this.#notes.set(note.id, note);
    this.history.set(note.id, [...(this.history.get(note.id) ?? []), note.text]);
  }
}
