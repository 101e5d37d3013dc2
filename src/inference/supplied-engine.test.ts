import { describe, expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import type { SupplyProgress } from "../models/model-supply.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import type { EngineStatus } from "./local-engine.ts";
import { SuppliedEngine, type Supply } from "./supplied-engine.ts";
import type { TextEngine, TextResult } from "./text-engine.ts";

const RESULT = { text: "Paris." } as TextResult;
const REQUEST = { messages: [], maxTokens: 1, temperature: 0 };

/** A download that the test steps through. */
class SteppedSupply implements Supply {
  progress: SupplyProgress = { percent: 0, error: null };
  readonly arrived = Promise.withResolvers<void>();
  readonly #isThere: boolean;
  #tell: () => void = () => undefined;

  constructor(isThere: boolean) {
    this.#isThere = isThere;
  }

  async isPresent(): Promise<boolean> {
    return this.#isThere;
  }

  fetch(signal: AbortSignal, onProgress: () => void): Promise<void> {
    this.#tell = onProgress;
    signal.addEventListener("abort", () => this.arrived.reject(new AppError("CANCELLED", "stopped")));
    return this.arrived.promise;
  }

  step(progress: SupplyProgress): void {
    this.progress = progress;
    this.#tell();
  }
}

function world({ isThere = false, failure = null as AppError | null } = {}) {
  const events: string[] = [];
  const supply = new SteppedSupply(isThere);
  const supplied = new SuppliedEngine({
    engine: {
      start: async () => {
        events.push("start");
        if (failure) throw failure;
      },
      stop: async () => void events.push("stop"),
      status: () => ({ name: "small", error: null, download: null }) as EngineStatus,
    },
    supply,
    onWaiting: (isWaiting) => events.push(isWaiting ? "model away" : "model back"),
    logger: new RecordingLogger(),
  });
  const engine: TextEngine = {
    generate: async () => RESULT,
    countTokens: async () => [1],
    contextSize: async () => 8192,
  };
  return { events, supply, supplied, held: supplied.hold(engine) };
}

function ask(held: TextEngine, signal = new AbortController().signal) {
  const words: string[] = [];
  const onWaiting = (what: string) => words.push(what);
  return { words, answer: held.generate(REQUEST, { correlationId: "1", signal, onWaiting }) };
}

test("a model that is there is started at once, and requests go straight on", async () => {
  const { events, supplied, held } = world({ isThere: true });
  await supplied.start();
  expect(supplied.status().download).toBeNull();
  const { words, answer } = ask(held);
  expect(await answer).toBe(RESULT);
  expect(words).toEqual([]);
  expect(events).toEqual(["start"]);
});

test.each([true, false])(
  "nothing is begun any more when it is stopped while it is looked for (there: %p)",
  async (isThere) => {
    const { events, supplied } = world({ isThere });
    const starting = supplied.start().catch((error: AppError) => error.code);
    await supplied.stop();
    expect(await starting).toBe("CANCELLED");
    expect(events).toEqual(["stop"]);
  },
);

describe("a model that is missing", () => {
  test("is fetched while requests wait and are told how far it is; then it is started", async () => {
    const { events, supply, supplied, held } = world();
    await supplied.start();
    const { words, answer } = ask(held);
    const size = held.contextSize();
    supply.step({ percent: 43, error: null });
    expect(supplied.status()).toMatchObject({ download: { percent: 43 }, error: null });
    const error = { code: "DOWNLOAD_FAILED" as const, message: "No network." };
    supply.step({ percent: 43, error });
    expect(supplied.status().download).toEqual({ percent: 43, error });
    supply.arrived.resolve();
    expect(await answer).toBe(RESULT);
    expect(await size).toBe(8192);
    expect(words).toEqual([
      "waiting for the model to be downloaded, 0 % so far …",
      "waiting for the model to be downloaded, 43 % so far …",
      "waiting for the model, which cannot be downloaded just now …",
      "loading the model …",
    ]);
    expect(events).toEqual(["model away", "start"]);
    expect(supplied.status().download).toBeNull();
  });

  test("a request that is cancelled does not wait", async () => {
    const { supplied, held } = world();
    await supplied.start();
    const abort = new AbortController();
    const { answer } = ask(held, abort.signal);
    abort.abort();
    expect(await answer.catch((error: AppError) => error.code)).toBe("CANCELLED");
  });

  test("that cannot be started is said to those who wait, and in the status", async () => {
    const failure = new AppError("MODEL_FILE_INVALID", "The model file is damaged.");
    const { events, supply, supplied, held } = world({ failure });
    await supplied.start();
    const { answer } = ask(held);
    supply.arrived.resolve();
    expect(await answer.catch((error: AppError) => error)).toBe(failure);
    expect(supplied.status()).toMatchObject({ download: null, error: { code: "MODEL_FILE_INVALID" } });
    expect(events).toEqual(["model away", "start", "model back"]);
  });

  test("is given up when the service stops", async () => {
    const { events, supplied, held } = world();
    await supplied.start();
    const { answer } = ask(held);
    const ended = answer.catch((error: AppError) => error.code);
    await supplied.stop();
    expect(await ended).toBe("CANCELLED");
    expect(events).toEqual(["model away", "stop"]);
  });
});
