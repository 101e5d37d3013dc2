import type { Widget } from "../../canvus/widget.ts";
import type { ApiClient } from "./api-client.ts";

/** Sends the newest state of a widget's fields, one request at a time, at most one each `intervalMs`. */
export class WidgetWriter {
  readonly #api: ApiClient;
  readonly #widget: Widget;
  readonly #onError: (error: unknown) => void;
  readonly #intervalMs: number;
  #waiting: Record<string, unknown> | undefined;
  #running: Promise<void> | undefined;

  constructor(api: ApiClient, widget: Widget, onError: (error: unknown) => void, intervalMs = 90) {
    this.#api = api;
    this.#widget = widget;
    this.#onError = onError;
    this.#intervalMs = intervalMs;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  write(fields: Readonly<Record<string, unknown>>): void {
    this.#waiting = { ...this.#waiting, ...fields };
    this.#running ??= this.#run();
  }

  /** Resolves when everything written so far has been sent. */
  async flush(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting !== undefined) {
      const fields = this.#waiting;
      this.#waiting = undefined;
      try {
        await this.#api.patch(this.#widget, fields);
      } catch (error) {
        this.#onError(error);
      }
      await new Promise((resolve) => setTimeout(resolve, this.#intervalMs));
    }
    this.#running = undefined;
  }
}
