import { rm } from "node:fs/promises";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { cancelled, systemTimers, type Timers } from "../timers.ts";
import { AuthorizedHttp } from "./authorized-http.ts";
import { apiRoot } from "./base-url.ts";
import { type Canvas, parseCanvas, parseServerInfo, type ServerInfo } from "./canvas.ts";
import { CreateOnce, type Creation } from "./create-once.ts";
import { type Credentials, logIn, TokenSource } from "./credentials.ts";
import { canvasEndpoint, collectionEndpoint, widgetEndpoint, widgetsEndpoint } from "./endpoints.ts";
import { Http, type HttpRequest, type TlsOptions } from "./http.ts";
import { expectParsed, parseList } from "./parse-reply.ts";
import { parseWidget } from "./parse-widget.ts";
import type { Widget } from "./widget.ts";
import {
  type ImageInput,
  type NoteInput,
  type WidgetPatch,
  type WidgetReference,
  withColorTriple,
} from "./widget-input.ts";

export interface CanvusClientOptions {
  /** `https://host[:port]`, with or without trailing slash or `/api/v1`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly tls: TlsOptions;
  /** Longest silence of the server within one request, in ms; the whole request may take ten times that. */
  readonly requestTimeoutMs: number;
  /** Downloads larger than this many bytes are refused while reading. */
  readonly maxDownloadBytes: number;
  /** Repetitions of a failed request. */
  readonly maxRetries: number;
  /** Wait before the first repetition in ms; it doubles each time. */
  readonly retryDelayMs: number;
  readonly logger: Logger;
  /** Tests step through time with their own. */
  readonly timers?: Timers;
}

/**
 * The Canvus REST API as this service needs it. Every method throws AppError CANVUS_* (or CANCELLED when its signal
 * aborts; a create or a patch that is on its way is not cut off, only not repeated). Reads, patches with absolute values
 * and deletes are repeated while the error is retryable, creates only after the canvas was searched for their mark.
 */
export class CanvusClient {
  /** Host and port of the server, for messages. */
  readonly host: string;
  readonly #http: Http;
  readonly #requests: AuthorizedHttp;
  readonly #creations: CreateOnce;
  readonly #maxDownloadBytes: number;

  /** @throws AppError CONFIG_INVALID, CANVUS_TLS or CANVUS_UNAUTHORIZED when the options cannot be used at all. */
  constructor(options: CanvusClientOptions) {
    const root = apiRoot(options.baseUrl);
    const timers = options.timers ?? systemTimers;
    this.host = root.host;
    this.#maxDownloadBytes = options.maxDownloadBytes;
    const tokens = new TokenSource(options.credentials, async (email, password) => {
      const token = await logIn(this.#http, email, password);
      options.logger.conceal(token);
      return token;
    });
    this.#http = new Http({
      root,
      tls: options.tls,
      requestTimeoutMs: options.requestTimeoutMs,
      timers,
      logger: options.logger,
      secrets: () => tokens.secrets(),
    });
    const policy = { maxRetries: options.maxRetries, retryDelayMs: options.retryDelayMs, timers };
    this.#requests = new AuthorizedHttp({ tokens, policy, logger: options.logger });
    this.#creations = new CreateOnce(policy, options.logger);
    if (options.tls.allowSelfSigned) {
      options.logger.warn(
        "certificates of the Canvus server are not checked (ALLOW_SELF_SIGNED_CERTS=true)",
        { source: "canvus/client.ts:constructor" },
      );
    }
  }

  /** Creates whose outcome was unknown: those still remembered, and those forgotten for lack of room. */
  get counters(): { readonly doubtful: number; readonly forgotten: number } {
    return this.#creations.counters;
  }

  /** Needs no token. */
  async serverInfo(signal?: AbortSignal): Promise<ServerInfo> {
    const reply = await this.#requests.retried(
      () => this.#http.json({ method: "GET", endpoint: "/server-info", signal }),
      signal,
    );
    return expectParsed(parseServerInfo(reply), "/server-info");
  }

  async listCanvases(signal?: AbortSignal): Promise<Canvas[]> {
    return parseList(await this.#read("/canvases", signal), parseCanvas, "/canvases");
  }

  async getCanvas(canvasId: string, signal?: AbortSignal): Promise<Canvas> {
    const endpoint = canvasEndpoint(canvasId);
    return expectParsed(parseCanvas(await this.#read(endpoint, signal)), endpoint);
  }

  /** All widgets with an id; the background has none and is left out. */
  async listWidgets(canvasId: string, signal?: AbortSignal): Promise<Widget[]> {
    const endpoint = widgetsEndpoint(canvasId);
    return parseList(await this.#read(endpoint, signal), parseWidget, endpoint);
  }

  async getWidget(canvasId: string, widgetId: string, signal?: AbortSignal): Promise<Widget> {
    const endpoint = `${widgetsEndpoint(canvasId)}/${encodeURIComponent(widgetId)}`;
    return expectParsed(parseWidget(await this.#read(endpoint, signal)), endpoint);
  }

  /** Widgets of one type that bear a title: how a service finds after a crash what it had already written. */
  async findByTitle(
    canvasId: string,
    widgetType: string,
    title: string,
    signal?: AbortSignal,
  ): Promise<Widget[]> {
    const endpoint = collectionEndpoint(canvasId, widgetType);
    const widgets = parseList(await this.#read(endpoint, signal), parseWidget, endpoint);
    return widgets.filter((widget) => widget.title === title && widget.state !== "deleted");
  }

  /** Creates the note exactly once, whatever happens to the request; see CreateOnce. */
  createNote(canvasId: string, note: NoteInput, signal?: AbortSignal): Promise<Widget> {
    const json = withColorTriple(note);
    return this.#create(canvasId, "Note", note.title, () => ({ json }), signal);
  }

  /** Uploads the image exactly once, like createNote. Its `hash` stays "" until the server has processed it. */
  uploadImage(canvasId: string, image: ImageInput, signal?: AbortSignal): Promise<Widget> {
    const { data, filename, ...attributes } = image;
    // A FormData body can be sent only once, so each attempt builds its own.
    const body = () => {
      const form = new FormData();
      form.append("json", JSON.stringify({ ...attributes, original_filename: filename }));
      form.append("data", new File([new Uint8Array(data)], filename, { type: Bun.file(filename).type }));
      return { upload: { form, bytes: data.byteLength } };
    };
    return this.#create(canvasId, "Image", image.title, body, signal);
  }

  /** Replaces fields of a widget. A colour is always sent as the whole triple, in two steps if the server insists. */
  async patchWidget(
    canvasId: string,
    widget: WidgetReference,
    patch: WidgetPatch,
    signal?: AbortSignal,
  ): Promise<Widget> {
    const fields = withColorTriple(patch);
    try {
      return await this.#patch(canvasId, widget, fields, signal);
    } catch (error) {
      const colored = fields.background_color !== undefined || fields.text_color !== undefined;
      if (!colored || !(error instanceof AppError) || error.code !== "CANVUS_CONFLICT") throw error;
      await this.#patch(canvasId, widget, { auto_text_color: false }, signal);
      return this.#patch(canvasId, widget, fields, signal);
    }
  }

  /** Deletes a widget; one that is already gone is fine. */
  async deleteWidget(canvasId: string, widget: WidgetReference, signal?: AbortSignal): Promise<void> {
    const endpoint = widgetEndpoint(canvasId, widget);
    try {
      await this.#requests.retried(
        () =>
          this.#requests.authorized({ method: "DELETE", endpoint, signal }, (request) =>
            this.#http.status(request),
          ),
        signal,
      );
    } catch (error) {
      if (error instanceof AppError && error.code === "CANVUS_NOT_FOUND") return;
      throw error;
    }
  }

  /**
   * Saves the original file of an image, PDF or video as `path`.
   *
   * @throws AppError CANVUS_TOO_LARGE above maxDownloadBytes, CANVUS_NOT_FOUND while an upload is still processed,
   * DOWNLOAD_NOT_SAVED when the disk refuses it
   */
  download(canvasId: string, widget: WidgetReference, path: string, signal?: AbortSignal): Promise<void> {
    const endpoint = `${widgetEndpoint(canvasId, widget)}/download`;
    return this.#requests.retried(async () => {
      await rm(path, { force: true });
      const bytes = await this.#requests.authorized({ method: "GET", endpoint, signal }, (request) =>
        this.#http.file(request, path, this.#maxDownloadBytes),
      );
      if (bytes > 0) return;
      throw new AppError("CANVUS_PROTOCOL", `The Canvus server sent an empty file for ${endpoint}.`, {
        context: { endpoint },
      });
    }, signal);
  }

  /** Subscribes to all widgets of a canvas. One attempt; the stream lives until `signal` aborts or the server ends it. */
  openWidgetStream(canvasId: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const endpoint = widgetsEndpoint(canvasId);
    return this.#requests.authorized(
      { method: "GET", endpoint, query: "?subscribe=true", signal },
      (request) => this.#http.stream(request),
    );
  }

  /** True for a late twin of something we created while the server stalled; whoever sees it should delete it. */
  isStrayCopy(canvasId: string, widget: Widget): boolean {
    return this.#creations.isStray(canvasId, widget);
  }

  /** An earlier process may have begun to create this: `create…` looks first, and late twins count as strays. */
  expectTwins(canvasId: string, title: string, keptId: string | null): void {
    this.#creations.expectTwins(canvasId, title, keptId);
  }

  /** Nobody wants a widget of this title any more: one that a write on its way still makes counts as a stray. */
  disown(canvasId: string, title: string): void {
    this.#creations.disown(canvasId, title);
  }

  #create(
    canvasId: string,
    widgetType: string,
    title: string,
    body: () => Pick<HttpRequest, "json" | "upload">,
    signal: AbortSignal | undefined,
  ): Promise<Widget> {
    const endpoint = collectionEndpoint(canvasId, widgetType);
    const creation: Creation = {
      canvasId,
      mark: title,
      signal,
      post: async () => {
        throwIfAborted(signal);
        const reply = await this.#requests.authorized({ method: "POST", endpoint }, (request) =>
          this.#http.json({ ...request, ...body() }),
        );
        return expectParsed(parseWidget(reply), endpoint);
      },
      find: () => this.findByTitle(canvasId, widgetType, title, signal),
      remove: (widget) => this.deleteWidget(canvasId, widget, signal),
    };
    return this.#creations.run(creation);
  }

  async #patch(
    canvasId: string,
    widget: WidgetReference,
    json: WidgetPatch,
    signal: AbortSignal | undefined,
  ): Promise<Widget> {
    const endpoint = widgetEndpoint(canvasId, widget);
    const reply = await this.#requests.retried(() => {
      throwIfAborted(signal);
      return this.#requests.authorized({ method: "PATCH", endpoint, json }, (request) =>
        this.#http.json(request),
      );
    }, signal);
    return expectParsed(parseWidget(reply), endpoint);
  }

  #read(endpoint: string, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#requests.retried(
      () =>
        this.#requests.authorized({ method: "GET", endpoint, signal }, (request) => this.#http.json(request)),
      signal,
    );
  }
}

/**
 * Between two attempts only: a write that is cut off in its middle may be applied or not, and later than the next one.
 *
 * @throws AppError CANCELLED
 */
function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}
