import { describe, expect, test } from "bun:test";
import { serviceAlerts } from "./service-alerts.ts";

type Parts = Parameters<typeof serviceAlerts>[0];
type Storage = ReturnType<Parts["storage"]["status"]>;
type Engine = ReturnType<Parts["engines"][number]["status"]>;
type Canvas = ReturnType<Parts["canvases"]["status"]>[number];

const STORAGE: Storage = {
  mode: "normal",
  outage: null,
  telemetry: { queued: 0, written: 0, dropped: 0 },
  journal: { unwritten: 0, lost: 0 },
  workerRestarts: 0,
  sizeBytes: 0,
};
const ENGINE: Engine = {
  ...{ kind: "text", endpoint: null, name: "small", state: "ready", usable: true, model: null, error: null },
  ...{ queued: 0, active: 0, crashes: 0, refused: 0, pid: 1, residentBytes: 0, download: null },
};
const CANVAS: Canvas = { name: "Planning", canvasId: "canvas-1", state: "live", lastEventAt: null };

function alertsOf(
  changes: {
    readonly storage?: Partial<Storage>;
    readonly engine?: Partial<Engine>;
    readonly canvas?: Partial<Canvas>;
    readonly gpu?: { readonly state: "degraded" | "unavailable"; readonly message: string };
    readonly overflow?: number;
    readonly isDemo?: boolean;
    readonly unreadable?: string;
  } = {},
) {
  const { storage, engine, canvas, gpu, overflow = 0, isDemo = false, unreadable } = changes;
  const gpuStatus = gpu ?? { state: "absent" as const, message: null };
  return serviceAlerts({
    storage: { status: () => ({ ...STORAGE, ...storage }), query: {} as Parts["storage"]["query"] },
    canvases: { status: () => [{ ...CANVAS, ...canvas }] },
    engines: [{ status: () => ({ ...ENGINE, ...engine }) }],
    gpus: {
      status: () => ({ ...gpuStatus, source: null, gpus: 0, readings: 0, failures: 0 }),
      latest: () => [],
    },
    tasks: { status: () => ({ running: 0, waiting: 0, overflow }), liveTasks: () => [] },
    isDemo,
    readiness: {
      ready: unreadable === undefined,
      reasons: unreadable === undefined ? [] : [{ part: "database", message: unreadable }],
      notices: [],
    },
  });
}

test("nothing is said when all is well", () => {
  expect(alertsOf()).toEqual([]);
});

describe("what is wrong is said, with what to do:", () => {
  const crashed = { code: "RUNNER_QUARANTINED", message: "It failed 3 times." } as const;
  const unreachable = { code: "CANVUS_UNREACHABLE", message: "No answer.", hint: "Check the network." };
  test.each([
    [
      "storage that is degraded",
      { storage: { outage: { reason: "The disk is full.", hint: "Free some space.", since: 0 } } },
      ["bad", /prompts are answered all the same. The disk is full/, /Free some space/],
    ],
    ["a database that cannot be read", { unreadable: "It is locked." }, ["bad", /locked/, /free space/]],
    [
      "measurements that were lost",
      { storage: { telemetry: { queued: 0, written: 0, dropped: 7 } } },
      ["warn", /7 measurements/, /passes by itself/],
    ],
    [
      "a model in quarantine",
      { engine: { state: "quarantined", usable: false, error: crashed } },
      ["bad", /small crashed too often .* failed 3 times/, /ten minutes/],
    ],
    ["a model that loads", { engine: { state: "loading", usable: false } }, ["warn", /not loaded/, /wait/]],
    ["a process that crashed", { engine: { crashes: 2 } }, ["warn", /crashed 2 times/, /started again/]],
    [
      "a canvas that is away",
      { canvas: { state: "connecting" } },
      ["warn", /canvas "Planning" is connecting/, /itself/],
    ],
    [
      "a canvas that cannot be reached",
      { canvas: { state: "stopped", error: unreachable } },
      ["bad", /No answer/, /Check the network/],
    ],
    [
      "a GPU that is lost",
      { gpu: { state: "unavailable", message: "The driver is gone." } },
      ["warn", /cannot be reached: The driver is gone/, /nvidia-smi/],
    ],
    ["a queue that is full", { overflow: 3 }, ["warn", /3 more prompts wait/, /MAX_CONCURRENT/]],
    ["the demo model", { isDemo: true }, ["warn", /demo model/, /LLAMA_MODEL_PATH/]],
  ] as const satisfies readonly (readonly [string, Parameters<typeof alertsOf>[0], readonly unknown[]])[])(
    "%s",
    (_, changes, [tone, message, hint]) => {
      expect(alertsOf(changes)).toEqual([
        { tone, message: expect.stringMatching(message), hint: expect.stringMatching(hint) },
      ]);
    },
  );
});

test("what is worst stands on top", () => {
  const outage = { reason: "The disk is full.", hint: "Free some space.", since: 0 };
  const tones = alertsOf({ isDemo: true, overflow: 1, storage: { outage } }).map(({ tone }) => tone);
  expect(tones).toEqual(["bad", "warn", "warn"]);
});
