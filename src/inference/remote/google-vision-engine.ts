import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { readBounded } from "../../http/response-body.ts";
import type { EngineStatus } from "../local-engine.ts";
import type { GenerateOptions, TextResult } from "../text-engine.ts";
import type { VisionEngine, VisionRequest } from "../vision-engine.ts";
import { readPicture } from "./picture-file.ts";
import { refusal, remoteError } from "./remote-errors.ts";
import { parseJson } from "./remote-http.ts";
import { remoteStatus } from "./remote-status.ts";
import type { ModelServer } from "./server.ts";
import type { ServerClient } from "./server-client.ts";
import { fromJson } from "./server-message.ts";

const ROUTE = "/v1/images:annotate";
const NAME = "Google Vision";
/** It tells the place of every letter. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Codes of google.rpc.Status, which stand in answers that are 200 as a whole. */
const HTTP_STATUS: Readonly<Record<number, number>> = { 3: 400, 7: 403, 8: 429, 13: 500, 14: 503, 16: 401 };

const Annotated = Type.Object({
  responses: Type.Array(
    Type.Object({
      fullTextAnnotation: Type.Optional(Type.Object({ text: Type.String() })),
      error: Type.Optional(Type.Object({ code: Type.Number(), message: Type.Optional(Type.String()) })),
    }),
    { minItems: 1 },
  ),
});

/** @param address of the service, also one that keeps data in a region: https://eu-vision.googleapis.com */
export function googleVisionServer(address: string, key: string): ModelServer {
  const base = new URL(address);
  return {
    endpoint: base.origin,
    host: base.host,
    isCloud: true,
    // In a header, not in the address: addresses end up in the logs of proxies.
    headers: { "x-goog-api-key": key },
    secrets: [key],
    url: (route) => new URL(base.origin + route),
    besideUrl: () => null,
  };
}

/** Reads handwriting and print with Google's document text detection. The prompt means nothing to it. */
export class GoogleVisionEngine implements VisionEngine {
  readonly #client: ServerClient;

  constructor(client: ServerClient) {
    this.#client = client;
  }

  status(): EngineStatus {
    return remoteStatus("vision", this.#client, NAME);
  }

  /** @returns the text of the picture, "" when it has none */
  async describe({ imagePath }: VisionRequest, { signal, onText }: GenerateOptions): Promise<TextResult> {
    const askedAt = performance.now();
    const { base64 } = await readPicture(imagePath);
    const body = {
      requests: [{ image: { content: base64 }, features: [{ type: "DOCUMENT_TEXT_DETECTION" }] }],
    };
    const call = { route: ROUTE, model: NAME, body, signal };
    const asked = this.#client.asked(NAME);
    const { text, sentAt } = await this.#client.ask(call, async (response, touch, sent) => {
      const answer = parseJson(await readBounded(response, MAX_ANSWER_BYTES, touch), asked);
      const [first] = Value.Check(Annotated, answer) ? answer.responses : [];
      if (first === undefined) {
        throw remoteError(
          "REMOTE_INVALID_ANSWER",
          asked,
          `${asked.host} answered in a form that is not known.`,
        );
      }
      if (first.error !== undefined)
        throw refusal(asked, HTTP_STATUS[first.error.code] ?? 400, fromJson(first));
      return { text: first.fullTextAnnotation?.text.trim() ?? "", sentAt: sent };
    });
    if (text !== "") onText?.(text, 1);
    const took = performance.now() - sentAt;
    return {
      text,
      model: NAME,
      stopReason: "stop",
      promptTokensCut: 0,
      metrics: {
        queue_ms: sentAt - askedAt,
        load_ms: 0,
        prompt_tokens: 0,
        prompt_ms: 0,
        completion_tokens: 0,
        generation_ms: took,
        ttft_ms: took,
        prompt_tokens_per_second: 0,
        completion_tokens_per_second: 0,
      },
    };
  }
}
