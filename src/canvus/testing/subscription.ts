/** One subscription as the server sees it. */
export class Subscription {
  readonly response: Response;
  readonly closed: Promise<void>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => resolve(),
    });
    this.response = new Response(body, { headers: { "content-type": "application/json" } });
  }

  send(text: string | Uint8Array): void {
    this.#controller?.enqueue(typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  frame(value: unknown): void {
    this.send(`${JSON.stringify(value)}\n`);
  }

  end(): void {
    this.#controller?.close();
  }
}
