import type { Widget } from "../../canvus/widget.ts";
import type { CanvasRecord } from "../model/canvas-catalog.ts";
import type { World } from "../world.ts";
import type { StateFile } from "./state-file.ts";

/** Brings back what an earlier run kept, before anything else is created. */
export function restoreState({ assets, catalog, uploads }: World, file: StateFile): void {
  for (const bytes of file.assets()) assets.add(bytes);
  for (const { id, record, background, widgets } of file.canvases()) {
    catalog.restore(id, record, { background, widgets });
  }
  for (const upload of file.uploads()) {
    const canvas = catalog.find(upload.canvasId)?.canvas;
    if (canvas === undefined) file.removeUpload(upload.widgetId);
    else uploads.resume(canvas, upload);
  }
}

/**
 * Writes every change of canvases and widgets to the file from now on. It must be called before streams and requests
 * come: being the first to hear of a change, the file has it before anybody else sees it.
 */
export function keepState({ catalog }: World, file: StateFile): void {
  const followed = new Set<string>();
  const follow = ({ canvas }: CanvasRecord) => {
    if (followed.has(canvas.id)) return;
    followed.add(canvas.id);
    for (const widget of canvas.widgets) file.saveWidget(canvas.id, widget);
    canvas.feed.subscribe((item) => {
      if (isWidget(item)) keepWidget(file, canvas.id, item);
      else file.saveCanvas(catalog.get(canvas.id));
    });
  };
  for (const record of catalog.records) follow(record);
  catalog.feed.subscribe(({ id, state }) => {
    const record = catalog.find(String(id));
    if (record === undefined || state === "deleted") {
      followed.delete(String(id));
      file.removeCanvas(String(id));
      return;
    }
    file.saveCanvas(record);
    follow(record);
  });
}

function keepWidget(file: StateFile, canvasId: string, widget: Widget): void {
  if (widget.state === "deleted") file.removeWidget(canvasId, widget.id);
  else file.saveWidget(canvasId, widget);
}

/** The background goes over the same feed and has no id. */
function isWidget(item: Readonly<Record<string, unknown>>): item is Widget {
  return typeof item.id === "string";
}
