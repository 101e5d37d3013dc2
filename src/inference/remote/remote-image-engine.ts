import { AppError } from "../../errors/app-error.ts";
import { isPublicHost } from "../../http/public-address.ts";
import { readBounded } from "../../http/response-body.ts";
import type { Logger } from "../../observability/logger.ts";
import type { DrawOptions, ImageEngine, ImageRequest, ImageResult } from "../image-engine.ts";
import type { EngineStatus } from "../local-engine.ts";
import { imageSource, MAX_IMAGE_BYTES, toPng } from "./generated-image.ts";
import { imageBody, type LeftOut, withRefused } from "./image-body.ts";
import { remoteError } from "./remote-errors.ts";
import { parseJson, usesProxy } from "./remote-http.ts";
import { remoteStatus } from "./remote-status.ts";
import type { ServerClient } from "./server-client.ts";

const ROUTE = "/images/generations";
/** In base64, with what stands around it. */
const MAX_ANSWER_BYTES = MAX_IMAGE_BYTES * 1.5;

export interface RemoteImageEngineOptions {
  readonly client: ServerClient;
  /** As the server knows it; undefined leaves it to the server. On Azure the name of the deployment. */
  readonly model: string | undefined;
  readonly logger: Logger;
  /** Defaults to asking for the host's addresses. */
  readonly isPublicHost?: (host: string) => Promise<boolean>;
}

/** Draws with a model on another machine, through `/images/generations` of OpenAI's API. */
export class RemoteImageEngine implements ImageEngine {
  readonly #options: RemoteImageEngineOptions;
  #leftOut: LeftOut = new Set();

  constructor(options: RemoteImageEngineOptions) {
    this.#options = options;
  }

  status(): EngineStatus {
    const { client, model } = this.#options;
    return remoteStatus("image", client, model ?? null);
  }

  async draw(request: ImageRequest, options: DrawOptions): Promise<ImageResult> {
    const askedAt = performance.now();
    for (;;) {
      const leftOut = this.#leftOut;
      try {
        return await this.#draw(request, options.signal, leftOut, askedAt);
      } catch (error) {
        const next = error instanceof AppError ? withRefused(leftOut, error) : null;
        if (next === null) throw error;
        this.#leftOut = next;
        this.#logLeftOut(next);
      }
    }
  }

  async #draw(
    request: ImageRequest,
    signal: AbortSignal,
    leftOut: LeftOut,
    askedAt: number,
  ): Promise<ImageResult> {
    const { client, model } = this.#options;
    const asked = client.asked(model ?? null);
    const body = imageBody(request, model, client.server.isCloud, leftOut);
    const call = { route: ROUTE, model: model ?? null, body, signal };
    const { answer, sentAt } = await client.ask(call, async (response, touch, sent) => ({
      answer: parseJson(await readBounded(response, MAX_ANSWER_BYTES, touch), asked),
      sentAt: sent,
    }));
    const source = imageSource(answer, asked);
    const bytes = "bytes" in source ? source.bytes : await this.#download(source.url, signal);
    const picture = await toPng(bytes, asked);
    const metrics = { queue_ms: sentAt - askedAt, load_ms: 0, generation_ms: performance.now() - sentAt };
    return { ...picture, model: model ?? client.server.host, metrics };
  }

  /**
   * Only from where the picture was asked for. The clouds keep theirs on hosts of their own: with https, and never in the
   * network of whoever runs this, where an answer must not make us ask for anything.
   */
  async #download(address: string, signal: AbortSignal): Promise<Uint8Array> {
    const { client, model } = this.#options;
    const { endpoint, isCloud } = client.server;
    const asked = client.asked(model ?? null);
    const url = URL.parse(address, endpoint);
    const isAllowed =
      url !== null && (url.origin === new URL(endpoint).origin || (isCloud && (await this.#isOfCloud(url))));
    if (!isAllowed) {
      const where = url?.host ?? "nowhere";
      const message = `The picture lies on ${where}, from where ${asked.host} may not send it.`;
      throw remoteError("REMOTE_INVALID_ANSWER", asked, message);
    }
    return client.download(url, signal, MAX_IMAGE_BYTES);
  }

  async #isOfCloud(url: URL): Promise<boolean> {
    if (url.protocol !== "https:") return false;
    // A proxy knows names that are not known here, and decides itself whom it connects.
    return usesProxy(url) || (this.#options.isPublicHost ?? isPublicHost)(url.hostname);
  }

  #logLeftOut(leftOut: LeftOut): void {
    this.#options.logger.info(`model server does not take ${[...leftOut].join(", ")}; goes on without`, {
      source: "inference/remote/remote-image-engine.ts:logLeftOut",
      endpoint: this.#options.client.server.endpoint,
    });
  }
}
