import type { Widget } from "../../canvus/widget.ts";
import { badRequest } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";
import type { AssetStore } from "./asset-store.ts";
import type { Canvas } from "./canvas.ts";
import { readMediaFacts } from "./media-facts.ts";
import type { WidgetType } from "./widget-types.ts";

/** A widget whose file has come and is not processed yet. */
export interface PendingUpload {
  readonly canvasId: string;
  readonly widgetId: string;
  /** Of the asset. */
  readonly hash: string;
  /** Whether the widget takes its size from the file. */
  readonly fitSize: boolean;
}

/** Where pending uploads are kept so that a killed and restarted simulator goes on with them. */
export interface UploadKeeper {
  saveUpload(upload: PendingUpload): void;
  removeUpload(widgetId: string): void;
}

/** Makes widgets of files. As on a real server the `hash` is empty until the file was processed. */
export class UploadProcessor {
  readonly #assets: AssetStore;
  readonly #delayMs: number;
  readonly #keeper: UploadKeeper | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param delayMs how long processing takes, in milliseconds */
  constructor(assets: AssetStore, delayMs: number, keeper?: UploadKeeper) {
    this.#assets = assets;
    this.#delayMs = delayMs;
    this.#keeper = keeper;
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
    const { hash } = asset;
    const upload = { canvasId: canvas.id, widgetId: widget.id, hash, fitSize: payload.size === undefined };
    this.#keeper?.saveUpload(upload);
    this.resume(canvas, upload);
    return widget;
  }

  /** Processes a file that has come, also in an earlier run. */
  resume(canvas: Canvas, upload: PendingUpload): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#process(canvas, upload);
    }, this.#delayMs);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #process(canvas: Canvas, { widgetId, hash, fitSize }: PendingUpload): Promise<void> {
    const asset = this.#assets.get(hash);
    const facts = fitSize && asset?.kind ? await readMediaFacts(asset.bytes, asset.kind) : undefined;
    // Somebody may have deleted the widget meanwhile.
    if (canvas.find(widgetId) !== undefined) {
      canvas.apply(widgetId, { hash, ...(facts === undefined ? {} : { size: facts.size }) });
    }
    this.#keeper?.removeUpload(widgetId);
  }
}
