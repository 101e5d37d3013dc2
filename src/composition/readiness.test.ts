import { expect, test } from "bun:test";
import type { CanvasStatus } from "../canvus/canvas-group.ts";
import { ERRORS } from "../errors/registry.ts";
import type { StorageStatus } from "../storage/storage.ts";
import { judgeReadiness, type ReadinessParts } from "./readiness.ts";

const live: CanvasStatus = { name: "Board", canvasId: "1", state: "live", lastEventAt: 0 };
const away: CanvasStatus = {
  name: "Plans",
  canvasId: "2",
  state: "reconnecting",
  lastEventAt: null,
  error: { code: "CANVUS_UNREACHABLE", message: "Nobody answers.", hint: "Check the network." },
};

type EngineStatus = ReturnType<ReadinessParts["engine"]["status"]>;

function parts(changes: {
  canvases?: CanvasStatus[];
  engine?: Partial<EngineStatus>;
  vision?: Partial<EngineStatus>;
  database?: Error;
  outage?: StorageStatus["outage"];
  gpuTrouble?: string;
  isDemo?: boolean;
  isStopping?: boolean;
}): ReadinessParts {
  const status: EngineStatus = {
    kind: "text",
    name: "small",
    endpoint: null,
    state: "ready",
    usable: changes.engine?.model !== null,
    model: {} as NonNullable<EngineStatus["model"]>,
    error: null,
    queued: 0,
    active: 0,
    crashes: 0,
    refused: 0,
    download: null,
    pid: 1,
    residentBytes: 0,
    ...changes.engine,
  };
  const engine = { status: () => status };
  return {
    storage: {
      journal: { ping: () => (changes.database ? Promise.reject(changes.database) : Promise.resolve()) },
      status: () => ({ outage: changes.outage ?? null }),
    },
    canvases: { status: () => changes.canvases ?? [live] },
    engine,
    engines: [engine, { status: () => ({ ...status, kind: "vision", ...changes.vision }) }],
    gpus: { status: () => ({ message: changes.gpuTrouble ?? null }) },
    isDemo: changes.isDemo ?? false,
    isStopping: changes.isStopping ?? false,
  };
}

test("ready when a prompt written now would be answered", async () => {
  expect(await judgeReadiness(parts({}))).toEqual({ ready: true, reasons: [], notices: [] });
});

test("a model that only some prompts need is missed, but the service is ready", async () => {
  const error = { code: "MODEL_FILE_MISSING", message: "It is not there." } as const;
  const vision = { name: "seer", usable: false, model: null, error };
  const state = await judgeReadiness(parts({ vision }));
  expect(state.ready).toBe(true);
  expect(state.notices).toEqual([
    expect.stringMatching(/^The model seer cannot be used: It is not there\. Check /),
  ]);
  const idle = { usable: false, model: null };
  expect(await judgeReadiness(parts({ vision: idle }))).toEqual({ ready: true, reasons: [], notices: [] });
});

test("one live canvas is enough; one that is away is named", async () => {
  const state = await judgeReadiness(parts({ canvases: [live, away] }));
  expect(state.ready).toBe(true);
  expect(state.notices).toEqual(['Canvas "Plans" is reconnecting: Nobody answers. Check the network.']);
});

test("not ready without any live canvas, without a model, without the database: each with its reason", async () => {
  const state = await judgeReadiness(
    parts({
      canvases: [away],
      engine: { model: null, state: "loading" },
      database: new Error("The disk is full."),
    }),
  );
  expect(state.ready).toBe(false);
  expect(state.reasons.map((reason) => reason.part)).toEqual(["database", "canvas", "model"]);
  expect(state.reasons[0]?.message).toBe("The disk is full.");
  expect(state.reasons[2]?.message).toContain("loading");
});

test("a model that is being downloaded: how far it is, or what is wrong", async () => {
  const reasonOf = async (download: EngineStatus["download"]) => {
    const { reasons } = await judgeReadiness(parts({ engine: { model: null, state: "stopped", download } }));
    return reasons[0]?.message;
  };
  expect(await reasonOf({ percent: 43, error: null })).toBe("The model small is being downloaded, 43 %.");
  expect(await reasonOf({ percent: null, error: null })).toBe("The model small is being downloaded.");
  const error = { code: "DOWNLOAD_TLS" as const, message: "The certificate was not accepted." };
  expect(await reasonOf({ percent: 43, error })).toBe(
    `The model small cannot be downloaded; it is tried again by itself: The certificate was not accepted. ${ERRORS.DOWNLOAD_TLS.hint}`,
  );
});

test("before the canvases are looked up it is not ready", async () => {
  const state = await judgeReadiness(parts({ canvases: [] }));
  expect(state.reasons).toEqual([{ part: "canvas", message: "No canvas has been looked up yet." }]);
});

test("a lost GPU is told; prompts are answered all the same", async () => {
  const state = await judgeReadiness(parts({ gpuTrouble: "The NVIDIA driver is not loaded." }));
  expect(state.ready).toBe(true);
  expect(state.notices).toEqual(["GPU: The NVIDIA driver is not loaded."]);
});

test("the demo model is no reason to wait, but everybody should know", async () => {
  const state = await judgeReadiness(parts({ isDemo: true }));
  expect(state.ready).toBe(true);
  expect(state.notices).toEqual(["The built-in demo model answers: it only knows a few facts."]);
});

test("a full disk keeps nobody from being answered, but is said", async () => {
  const outage = { reason: "The disk is full.", hint: "Check free space.", since: 0 };
  const state = await judgeReadiness(parts({ outage }));
  expect(state.ready).toBe(true);
  expect(state.notices.join()).toContain("The disk is full. Check free space.");
});

test("a model that cannot be used is named, with the reason and what to do", async () => {
  const message = "The model needs at least 9,000 MB of memory, and can have 4,000 MB.";
  const error = { code: "OUT_OF_MEMORY", message } as const;
  const { ready, reasons } = await judgeReadiness(parts({ engine: { model: null, usable: false, error } }));
  expect(ready).toBe(false);
  expect(reasons[0]?.message).toStartWith(`The model small cannot be used: ${message} Use a smaller model`);
});

test("a model that was unloaded while nobody needed it is no reason to wait", async () => {
  const state = await judgeReadiness(parts({ engine: { model: null, usable: true, state: "stopped" } }));
  expect(state.ready).toBe(true);
  expect(state.notices).toEqual(["The model small is not loaded; the next prompt loads it."]);
});

test("a service that stops takes no more prompts", async () => {
  const { ready, reasons } = await judgeReadiness(parts({ isStopping: true }));
  expect(ready).toBe(false);
  expect(reasons).toEqual([{ part: "service", message: "The service is stopping." }]);
});
