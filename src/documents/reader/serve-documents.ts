import { type DocumentReply, parseRequest } from "../protocol.ts";
import { DocumentReader } from "./document-reader.ts";

/**
 * The process that reads documents: answers requests one after the other until it is killed or the
 * service is gone.
 * It is a process and not a thread, because a document that makes the library loop cannot be stopped in a thread: what
 * runs WebAssembly does not see that its thread was told to end. And a picture decoder that crashes takes the whole
 * process with it.
 */
export async function serveDocuments(channel: {
  readonly send: (message: DocumentReply) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
}): Promise<never> {
  const reader = new DocumentReader();
  let last = Promise.resolve();
  channel.onMessage((message) => {
    const request = parseRequest(message);
    if (request === null) return;
    last = last.then(async () => channel.send(await reader.answer(request)));
  });
  channel.send({ type: "ready" });
  return new Promise(() => undefined);
}
