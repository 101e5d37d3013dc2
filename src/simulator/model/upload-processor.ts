import type { Widget } from "../../canvus/widget.ts";
import { badRequest } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";
import type { Asset, AssetStore } from "./asset-store.ts";
import type { Canvas } from "./canvas.ts";
import { readMediaFacts } from "./media-facts.ts";
import type { WidgetType } from "./widget-types.ts";

/** Makes widgets of files. As on a real server the `hash` is empty until the file was processed. */
export class UploadProcessor {
  readonly #assets: AssetStore;
  readonly #delayMs: number;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param delayMs how long processing takes, in milliseconds */
  constructor(assets: AssetStore, delayMs: number) {
    this.#assets = assets;
    this.#delayMs = delayMs;
  }

  /**
   * Creates the widget at once; its hash, and its size if none was sent, follow in a second change.
   * @throws HttpFailure 400 when the file is of another type, 413 when the store is full
   */
  create(canvas: Canvas, type: WidgetType, payload: JsonObject, file: Uint8Array<ArrayBuffer>): Widget {
    const asset = this.#assets.add(file);
    if (asset.kind !== undefined && asset.kind.widgetType !== type.name) {
      throw badRequest(`Unsupported file type ${asset.kind.contentType}`);
    }
    const widget = canvas.create(type, payload, { hash: "" });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#process(canvas, widget.id, asset, payload.size === undefined);
    }, this.#delayMs);
    this.#timers.add(timer);
    return widget;
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #process(canvas: Canvas, id: string, asset: Asset, fitSize: boolean): Promise<void> {
    const facts =
      fitSize && asset.kind !== undefined ? await readMediaFacts(asset.bytes, asset.kind) : undefined;
    // Somebody may have deleted the widget meanwhile.
    if (canvas.find(id) === undefined) return;
    canvas.apply(id, { hash: asset.hash, ...(facts === undefined ? {} : { size: facts.size }) });
  }
}
