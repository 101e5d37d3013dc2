/** The typed collections; everything else about a widget goes through them because `/widgets` is read-only. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  note: "notes",
  image: "images",
  pdf: "pdfs",
  video: "videos",
  browser: "browsers",
  anchor: "anchors",
  connector: "connectors",
  table: "tables",
  videoinput: "video-inputs",
  ipvideo: "ip-videos",
  rdpconnection: "rdp-connections",
};

export function canvasEndpoint(canvasId: string): string {
  return `/canvases/${encodeURIComponent(canvasId)}`;
}

export function widgetsEndpoint(canvasId: string): string {
  return `${canvasEndpoint(canvasId)}/widgets`;
}

/** Path of all widgets of one type; types nobody knows yet follow the rule of the known ones: lower case plus "s". */
export function collectionEndpoint(canvasId: string, widgetType: string): string {
  const type = widgetType.toLowerCase();
  return `${canvasEndpoint(canvasId)}/${COLLECTIONS[type] ?? `${encodeURIComponent(type)}s`}`;
}

export function widgetEndpoint(canvasId: string, widget: { id: string; widget_type: string }): string {
  return `${collectionEndpoint(canvasId, widget.widget_type)}/${encodeURIComponent(widget.id)}`;
}
