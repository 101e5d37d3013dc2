import { onTestFinished } from "bun:test";
import { createServer, type Socket } from "node:net";
import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import { CanvusClient, type CanvusClientOptions } from "../client.ts";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** Before the test ends. */
  stop(): Promise<void>;
}

/** A small HTTP server on loopback that answers as the test says and remembers what it was asked. It stops with the test. */
export function startServer(
  answer: (request: ReceivedRequest, index: number) => Response | Promise<Response>,
): TestServer {
  const requests: ReceivedRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(incoming) {
      const { pathname, search } = new URL(incoming.url);
      const request = {
        method: incoming.method,
        path: pathname + search,
        headers: incoming.headers,
        body: await incoming.text(),
      };
      requests.push(request);
      return answer(request, requests.length - 1);
    },
  });
  const stop = () => server.stop(true);
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${server.port}`, requests, stop };
}

/** A server below HTTP: the test gets the socket and can break off wherever it likes. It stops with the test. */
export async function startRawServer(
  onData: (socket: Socket, received: string, index: number) => void,
): Promise<{ readonly url: string }> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      onData(socket, data.toString(), requests);
      requests += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${address.port}` };
}

export const TEST_TOKEN = "test-token-0123456789";

/** A client that repeats at once, for tests that do not step through time. */
export function testClient(
  baseUrl: string,
  options: Partial<CanvusClientOptions> = {},
): { client: CanvusClient; logger: RecordingLogger } {
  const logger = new RecordingLogger();
  const client = new CanvusClient({
    baseUrl,
    credentials: { token: TEST_TOKEN },
    tls: { allowSelfSigned: false },
    requestTimeoutMs: 30_000,
    maxDownloadBytes: 1024,
    maxRetries: 3,
    retryDelayMs: 0,
    logger,
    ...options,
  });
  return { client, logger };
}
