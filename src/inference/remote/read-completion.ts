import { createParser, type EventSourceMessage } from "eventsource-parser";
import { BodyTooLarge, readBounded } from "../../http/response-body.ts";
import type { GenerateOptions } from "../text-engine.ts";
import { CompletionReader, type ReadCompletion } from "./completion-reader.ts";
import { type Asked, remoteError } from "./remote-errors.ts";

/** One event; a whole answer comes as one where a server does not stream. */
const MAX_EVENT_BYTES = 8 * 1024 * 1024;
/** Each token comes with some hundred bytes around it. */
const BYTES_PER_TOKEN = 4096;
const SPARE_BYTES = 1024 * 1024;

export interface ReadOptions {
  readonly asked: Asked;
  /** When the request left, on the clock of `performance.now()`. */
  readonly sentAt: number;
  /** A server that ignores this and goes on is cut off. */
  readonly maxTokens: number;
  readonly onText?: GenerateOptions["onText"] | undefined;
  /** Called for whatever comes, also signs of life. */
  readonly touch: () => void;
}

/**
 * Reads the answer to a chat: server-sent events, or one JSON object from servers that do not stream.
 * @throws AppError REMOTE_INVALID_ANSWER, REMOTE_UNAVAILABLE when it broke off, and what the server reports
 */
export async function readCompletion(response: Response, options: ReadOptions): Promise<ReadCompletion> {
  const { asked, sentAt, touch } = options;
  const reader = new CompletionReader(asked, sentAt, options.onText);
  if (response.headers.get("content-type")?.includes("text/event-stream"))
    await readEvents(response, reader, options);
  else reader.take(new TextDecoder().decode(await readBounded(response, MAX_EVENT_BYTES, touch)));
  return reader.end();
}

async function readEvents(response: Response, reader: CompletionReader, options: ReadOptions): Promise<void> {
  const { asked, maxTokens, touch } = options;
  const limit = SPARE_BYTES + maxTokens * BYTES_PER_TOKEN;
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: MAX_EVENT_BYTES,
    onEvent: ({ data }: EventSourceMessage) => reader.take(data),
    onError: ({ type }) => {
      // Unknown fields are to be ignored, says the standard of event streams.
      if (type !== "max-buffer-size-exceeded") return;
      const message = `One piece of the answer of ${asked.host} is larger than ${MAX_EVENT_BYTES} bytes.`;
      throw remoteError("REMOTE_INVALID_ANSWER", asked, message);
    },
  });
  let total = 0;
  for await (const chunk of response.body ?? []) {
    touch();
    total += chunk.byteLength;
    if (total > limit) throw new BodyTooLarge(limit);
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (reader.isDone) return;
  }
}
