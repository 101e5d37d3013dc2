import { onTestFinished } from "bun:test";
import { RecordingLogger } from "../../../observability/testing/recording-logger.ts";
import { systemTimers, type Timers } from "../../../timers.ts";
import type { GenerateOptions, TextRequest } from "../../text-engine.ts";
import { RemoteHttp, type RemoteHttpOptions } from "../remote-http.ts";
import type { ModelServer } from "../server.ts";
import { ServerClient, type ServerClientOptions } from "../server-client.ts";
import { FakeServer, type Route } from "./fake-server.ts";

/** A server that stops with the test. */
export async function serve(routes: Readonly<Record<string, Route>>): Promise<FakeServer> {
  const server = await FakeServer.start(routes);
  onTestFinished(() => server.stop());
  return server;
}

export interface ClientChanges extends Partial<Omit<ServerClientOptions, "server" | "http">> {
  readonly http?: Partial<RemoteHttpOptions>;
}

/** A client that repeats at once, for tests that do not step through time. */
export function clientOf(server: ModelServer, { http, ...changes }: ClientChanges = {}) {
  const logger = new RecordingLogger();
  const timers: Timers = changes.timers ?? systemTimers;
  const client = new ServerClient({
    server,
    http: new RemoteHttp({ timers, logger, ...http }),
    limits: { maxActive: 5, maxWaiting: 100 },
    idleTimeoutMs: 60_000,
    maxRetries: 3,
    retryDelayMs: 0,
    timers,
    logger,
    ...changes,
  });
  return { client, logger };
}

export const QUESTION: TextRequest = {
  messages: [{ role: "user", content: "What is the capital of France?" }],
  maxTokens: 50,
  temperature: 0.3,
};

/** What an engine is called with; `pieces` fills with what it shows. */
export function run(): GenerateOptions & { readonly pieces: string[]; readonly abort: AbortController } {
  const abort = new AbortController();
  const pieces: string[] = [];
  return { correlationId: "c1", signal: abort.signal, onText: (piece) => pieces.push(piece), pieces, abort };
}
