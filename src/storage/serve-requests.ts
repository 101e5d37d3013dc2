import { type Operations, plainError, type WorkerReply, type WorkerRequest } from "./worker-protocol.ts";

declare const self: Worker;

/** Runs in a worker: answers each request of the main thread with what the operation of that name returns or throws. */
export function serveRequests(operations: Operations): void {
  self.onmessage = (event: MessageEvent<WorkerRequest>) => {
    const { id, operation, args } = event.data;
    try {
      const run = operations[operation];
      if (!run) throw new Error(`no operation ${operation}`);
      reply({ id, value: run(...(args as never[])) });
    } catch (thrown) {
      reply({ id, error: plainError(thrown) });
    }
  };
}

function reply(message: WorkerReply): void {
  self.postMessage(message);
}
