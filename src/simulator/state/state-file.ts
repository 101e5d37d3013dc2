import { Database } from "bun:sqlite";
import type { Widget } from "../../canvus/widget.ts";
import { AppError } from "../../errors/app-error.ts";
import type { JsonObject } from "../json.ts";
import type { CanvasRecord } from "../model/canvas-catalog.ts";
import type { PendingUpload } from "../model/upload-processor.ts";
import type { WriteEntry } from "../write-log.ts";

export interface KeptCanvas {
  readonly record: Omit<CanvasRecord, "canvas">;
  readonly id: string;
  readonly background: JsonObject;
  /** In the order in which they were created. */
  readonly widgets: readonly Widget[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS canvases (id TEXT PRIMARY KEY, record TEXT NOT NULL, background TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS widgets (
    number INTEGER PRIMARY KEY, canvas_id TEXT NOT NULL, id TEXT NOT NULL, widget TEXT NOT NULL,
    UNIQUE (canvas_id, id));
  CREATE TABLE IF NOT EXISTS assets (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS uploads (widget_id TEXT PRIMARY KEY, upload TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS writes (seq INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
`;

/**
 * What a simulated server must still know when it was killed and started again, in one SQLite file. Each method has
 * handed its change to the operating system when it returns: a kill at any instant loses nothing that was returned.
 * (Not so a power cut; that is not what is simulated.)
 */
export class StateFile {
  readonly #database: Database;

  /** @throws AppError STORAGE_UNAVAILABLE when the file cannot be used */
  constructor(file: string) {
    try {
      this.#database = new Database(file, { create: true, strict: true });
      this.#database.run("PRAGMA journal_mode = WAL");
      this.#database.run("PRAGMA synchronous = NORMAL");
      this.#database.run(SCHEMA);
    } catch (cause) {
      throw new AppError("STORAGE_UNAVAILABLE", `The simulator cannot keep its state in ${file}.`, { cause });
    }
  }

  canvases(): KeptCanvas[] {
    const rows = this.#database
      .query<{ id: string; record: string; background: string }, []>("SELECT * FROM canvases ORDER BY rowid")
      .all();
    const widgets = this.#database.query<{ widget: string }, [string]>(
      "SELECT widget FROM widgets WHERE canvas_id = ? ORDER BY number",
    );
    return rows.map(({ id, record, background }) => ({
      id,
      record: JSON.parse(record),
      background: JSON.parse(background),
      widgets: widgets.all(id).map(({ widget }) => JSON.parse(widget)),
    }));
  }

  saveCanvas({ canvas, ...record }: CanvasRecord): void {
    this.#database
      .query(
        `INSERT INTO canvases VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET record = excluded.record, background = excluded.background`,
      )
      .run(canvas.id, JSON.stringify(record), JSON.stringify(canvas.background));
  }

  removeCanvas(id: string): void {
    this.#database.transaction(() => {
      this.#database.query("DELETE FROM widgets WHERE canvas_id = ?").run(id);
      this.#database.query("DELETE FROM canvases WHERE id = ?").run(id);
    })();
  }

  saveWidget(canvasId: string, widget: Widget): void {
    this.#database
      .query(
        `INSERT INTO widgets (canvas_id, id, widget) VALUES (?1, ?2, ?3)
         ON CONFLICT (canvas_id, id) DO UPDATE SET widget = excluded.widget`,
      )
      .run(canvasId, widget.id, JSON.stringify(widget));
  }

  removeWidget(canvasId: string, id: string): void {
    this.#database.query("DELETE FROM widgets WHERE canvas_id = ? AND id = ?").run(canvasId, id);
  }

  assets(): Uint8Array<ArrayBuffer>[] {
    const rows = this.#database.query<{ bytes: Uint8Array }, []>("SELECT bytes FROM assets").all();
    return rows.map(({ bytes }) => new Uint8Array(bytes));
  }

  saveAsset(hash: string, bytes: Uint8Array): void {
    this.#database.query("INSERT OR IGNORE INTO assets VALUES (?, ?)").run(hash, bytes);
  }

  uploads(): PendingUpload[] {
    const rows = this.#database.query<{ upload: string }, []>("SELECT upload FROM uploads").all();
    return rows.map(({ upload }) => JSON.parse(upload));
  }

  saveUpload(upload: PendingUpload): void {
    this.#database.query("INSERT INTO uploads VALUES (?, ?)").run(upload.widgetId, JSON.stringify(upload));
  }

  removeUpload(widgetId: string): void {
    this.#database.query("DELETE FROM uploads WHERE widget_id = ?").run(widgetId);
  }

  /** The writes kept, and how many there ever were. */
  writes(): { readonly entries: WriteEntry[]; readonly total: number } {
    const rows = this.#database.query<{ entry: string }, []>("SELECT entry FROM writes ORDER BY seq").all();
    const sequence = this.#database
      .query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'writes'")
      .get();
    return { entries: rows.map(({ entry }) => JSON.parse(entry)), total: sequence?.seq ?? 0 };
  }

  /** Adds the entry or replaces the one with its number. */
  saveWrite(entry: WriteEntry): void {
    this.#database.query("INSERT OR REPLACE INTO writes VALUES (?, ?)").run(entry.seq, JSON.stringify(entry));
  }

  /** Drops the writes up to and including this number. */
  dropWrites(seq: number): void {
    this.#database.query("DELETE FROM writes WHERE seq <= ?").run(seq);
  }

  close(): void {
    this.#database.close();
  }
}
