import type { Point, Widget } from "../../canvus/widget.ts";

interface CanvasName {
  readonly id: string;
  readonly name: string;
}

export interface PageConfig {
  readonly token: string;
  readonly canvases: readonly CanvasName[];
}

/** The server's refusal, in its own words. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const SEGMENTS: Readonly<Record<string, string>> = {
  Note: "notes",
  Image: "images",
  Pdf: "pdfs",
  Video: "videos",
  Browser: "browsers",
  Anchor: "anchors",
  Connector: "connectors",
  Table: "tables",
  VideoInput: "video-inputs",
  IpVideo: "ip-videos",
  RdpConnection: "rdp-connections",
};

/** The REST API of one canvas, as this page uses it. */
export class ApiClient {
  readonly canvasId: string;
  readonly #token: string;

  constructor(token: string, canvasId: string) {
    this.#token = token;
    this.canvasId = canvasId;
  }

  /** The page's own way to a token: the simulator hands it to pages of its own, on this machine. */
  static async loadConfig(): Promise<PageConfig> {
    const response = await fetch("/_sim/page");
    if (!response.ok) throw new Refusal(response.status, "The simulator refuses this page");
    return (await response.json()) as PageConfig;
  }

  /** @throws Refusal, or TypeError when the server cannot be reached */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Private-Token", this.#token);
    const response = await fetch(`/api/v1/canvases/${encodeURIComponent(this.canvasId)}/${path}`, {
      ...init,
      headers,
    });
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => undefined);
    const told =
      typeof body === "object" && body !== null && "msg" in body ? String(body.msg) : response.statusText;
    throw new Refusal(response.status, told);
  }

  async create(segment: string, fields: object): Promise<Widget> {
    const response = await this.fetch(segment, { method: "POST", body: JSON.stringify(fields) });
    return (await response.json()) as Widget;
  }

  async upload(segment: string, file: File, fields: object): Promise<void> {
    const form = new FormData();
    form.append("json", JSON.stringify(fields));
    form.append("data", file, file.name);
    await this.fetch(segment, { method: "POST", body: form });
  }

  /** What the AI menu of a Canvus client does; the page has no such menu, the simulator does it for it. */
  async dropIcon(
    icon: string,
    place: { readonly onto: string } | { readonly location: Point },
  ): Promise<void> {
    const body = JSON.stringify({ canvas_id: this.canvasId, icon, ...place });
    const response = await fetch("/_sim/drop-icon", { method: "POST", body });
    if (!response.ok) throw new Refusal(response.status, response.statusText);
  }

  async patch(widget: Widget, fields: object): Promise<void> {
    await this.fetch(this.#path(widget), { method: "PATCH", body: JSON.stringify(fields) });
  }

  async remove(widget: Widget): Promise<void> {
    await this.fetch(this.#path(widget), { method: "DELETE" });
  }

  async download(widget: Widget): Promise<Blob> {
    return (await this.fetch(`${this.#path(widget)}/download`)).blob();
  }

  #path(widget: Widget): string {
    return `${SEGMENTS[widget.widget_type] ?? "widgets"}/${widget.id}`;
  }
}
