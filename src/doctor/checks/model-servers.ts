import { AppError } from "../../errors/app-error.ts";
import { isLoopback } from "../../http/loopback.ts";
import { readAuthority } from "../../http/read-authority.ts";
import { listModels, nameModels } from "../../inference/remote/model-list.ts";
import { RemoteHttp } from "../../inference/remote/remote-http.ts";
import { RemoteTextEngine } from "../../inference/remote/remote-text-engine.ts";
import type { ModelServer } from "../../inference/remote/server.ts";
import { ServerClient } from "../../inference/remote/server-client.ts";
import { imageTarget, ocrTarget, textTarget, visionTarget } from "../../inference/remote/targets.ts";
import { systemTimers } from "../../timers.ts";
import { type Check, type CheckResult, ok, warn } from "../check.ts";
import { type DoctorContext, SILENT } from "../context.ts";

const TIMEOUT_MS = 8000;
/** A server may have to load its model first. */
const DEEP_TIMEOUT_MS = 120_000;
const QUESTION = "What is the capital of France?";

/** What is asked of one server: models by name; undefined is the only one that it has. */
interface Asked {
  readonly server: ModelServer;
  readonly models: readonly (string | undefined)[];
}

/** One check for each use of a server that is set up. Nothing is asked of anybody else. */
export function serverChecks(context: DoctorContext, deep: boolean): Check[] {
  const text = textTarget(context.settings);
  const vision = visionTarget(context.settings);
  const image = imageTarget(context.settings);
  const ocr = ocrTarget(context.settings);
  const checks: Check[] = [];
  if (text) {
    const models = [...new Set(Object.values(text.models))];
    checks.push(serverCheck("text_server", "Text server", { server: text.server, models }));
    if (deep) checks.push(answerCheck(text.server, text.models.note, context));
  }
  if (vision) {
    const asked = { server: vision.server, models: [vision.model] };
    checks.push(serverCheck("vision_server", "Vision server", asked));
  }
  // One that draws need not list or name its model.
  const drawn = image?.model === undefined ? [] : [image.model];
  if (image)
    checks.push(serverCheck("image_server", "Image server", { server: image.server, models: drawn }));
  if (ocr) checks.push(ocrCheck(ocr));
  return checks;
}

function serverCheck(name: string, title: string, { server, models }: Asked): Check {
  return {
    name,
    title,
    async run(context, signal) {
      const client = await clientFor(server, context, TIMEOUT_MS);
      const began = performance.now();
      const found = await findModels(client, models, signal);
      const took = Math.round(performance.now() - began);
      if (found.status !== "ok") return found;
      return travelsInTheClear(server) ?? ok(`${server.endpoint} answers (${took} ms), ${found.message}`);
    },
  };
}

async function findModels(
  client: ServerClient,
  wanted: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<CheckResult> {
  const { endpoint, secrets } = client.server;
  const listed = await listModels(client, signal).catch((error: unknown) => {
    if (error instanceof AppError && error.context.status_code === 404) return null;
    throw error;
  });
  if (listed === null) return ok("it lists no models");
  const names = wanted.filter((name) => name !== undefined);
  if (endpoint.endsWith("/openai"))
    return ok(`the key is accepted; deployments: ${names.join(", ")}, not checked`);
  const has = listed.length === 0 ? "lists no models" : `has ${nameModels(listed)}`;
  if (wanted.includes(undefined) && listed.length !== 1) {
    return {
      status: "fail",
      message: `${endpoint} ${has}, and no model is named in the settings`,
      advice: "Name one of them (OPENAI_NOTE_MODEL, OPENAI_VISION_MODEL).",
      code: "REMOTE_MODEL_UNKNOWN",
    };
  }
  const missing = names.filter((name) => !listed.some(({ id }) => id === name));
  if (missing.length > 0) {
    const advice =
      "Correct the name, or load the model there. Some servers answer to names that they do not list.";
    return warn(`${endpoint} does not list ${missing.join(", ")}; it ${has}`, advice);
  }
  const model = names.length > 0 ? names.join(", ") : (listed[0]?.id ?? "");
  return ok(secrets.length > 0 ? `has ${model} and no objection to the key` : `has ${model}`);
}

/** Has the text model answer (`--deep`): costs a few tokens. */
function answerCheck(server: ModelServer, model: string | undefined, context: DoctorContext): Check {
  return {
    name: "text_server_answers",
    title: "Server answers",
    needs: ["text_server"],
    timeoutMs: DEEP_TIMEOUT_MS,
    async run(_, signal) {
      const client = await clientFor(server, context, DEEP_TIMEOUT_MS);
      const engine = new RemoteTextEngine({ client, model, contextSize: 0, logger: SILENT });
      const messages = [{ role: "user" as const, content: QUESTION }];
      const request = { messages, maxTokens: 8, temperature: 0 };
      const { model: name, metrics } = await engine.generate(request, { correlationId: "doctor", signal });
      const contextSize = await engine.contextSize();
      const first = Math.round(metrics.ttft_ms);
      return ok(`${name} answers, first token after ${first} ms; it is taken to read ${contextSize} tokens`);
    },
  };
}

/** An empty request is refused or answered with nothing; the key is looked at before that. */
function ocrCheck(server: ModelServer): Check {
  return {
    name: "google_vision",
    title: "Google Vision",
    async run(context, signal) {
      const client = await clientFor(server, context, TIMEOUT_MS);
      const url = server.url("/v1/images:annotate", null);
      await client.facts("POST", url, signal, { requests: [] }).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== "REMOTE_REFUSED") throw error;
      });
      return travelsInTheClear(server) ?? ok(`${server.endpoint} answers and takes the key`);
    },
  };
}

async function clientFor(
  server: ModelServer,
  { settings }: DoctorContext,
  timeoutMs: number,
): Promise<ServerClient> {
  const ca = await readAuthority("LLM_CA_FILE", settings.LLM_CA_FILE);
  return new ServerClient({
    server,
    http: new RemoteHttp({ timers: systemTimers, logger: SILENT, ca }),
    limits: { maxActive: 1, maxWaiting: 1 },
    idleTimeoutMs: timeoutMs,
    maxRetries: 0,
    retryDelayMs: 0,
    timers: systemTimers,
    logger: SILENT,
  });
}

/** @returns null when it does not, or when nothing secret is sent */
function travelsInTheClear({ endpoint, secrets }: ModelServer): CheckResult | null {
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === "https:" || secrets.length === 0 || isLoopback(hostname)) return null;
  return warn(
    `${endpoint} answers, but it is http: the key and what people write travel in the clear`,
    "Use https, unless both machines are in a network of their own.",
  );
}
