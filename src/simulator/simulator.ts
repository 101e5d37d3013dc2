import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { Accounts, OWNER_ID, type UserOptions } from "./accounts.ts";
import { API_PREFIX, Api } from "./api.ts";
import { CONTROL_PREFIX, handleControl } from "./control/control-routes.ts";
import { isTrusted } from "./control/loopback-guard.ts";
import { Typist } from "./control/typist.ts";
import { FaultPlan } from "./faults/fault-plan.ts";
import { HttpFailure } from "./http-failure.ts";
import { AssetStore } from "./model/asset-store.ts";
import { CanvasCatalog } from "./model/canvas-catalog.ts";
import { ClientRegistry } from "./model/client-registry.ts";
import { FolderStore } from "./model/folder-store.ts";
import { ServerSettings } from "./model/server-settings.ts";
import { UploadProcessor } from "./model/upload-processor.ts";
import { MAX_UPLOAD_BYTES } from "./routes/read-upload.ts";
import { seedDemo } from "./seed/seed-demo.ts";
import { keepState, restoreState } from "./state/keep-state.ts";
import { StateFile } from "./state/state-file.ts";
import { StreamHub } from "./stream-hub.ts";
import type { World } from "./world.ts";
import { WriteLog } from "./write-log.ts";

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly hostname?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The access token with all rights. */
  readonly token: string;
  /** Further tokens that may look but get 403 for every change. */
  readonly viewOnlyTokens?: readonly string[];
  /** Who may log in with email and password; nobody by default. */
  readonly user?: UserOptions;
  /** Default: one canvas with a made-up id. */
  readonly canvases?: readonly { readonly id?: string; readonly name?: string }[];
  /** "demo" puts welcoming notes and questions on the first canvas; the others hold nothing but their background. */
  readonly seed: "demo" | "empty";
  /**
   * Default true: as the documentation has it, background colours may not be patched while `auto_text_color` is on,
   * and patched note titles are silently dropped. False is as lenient as some servers are.
   */
  readonly strict?: boolean;
  /** Pause between blank lines on streams, in milliseconds; default 15000. */
  readonly keepAliveMs?: number;
  /** How long an upload keeps its empty hash, in milliseconds; default 150. */
  readonly uploadHashDelayMs?: number;
  /**
   * File that keeps canvases, widgets, uploaded files and the record of writes, so that even a killed simulator still
   * has them when it is started again. Without it everything is forgotten.
   */
  readonly stateFile?: string;
  readonly logger?: Logger;
  /** Told each time somebody opens the web canvas. */
  readonly onVisitor?: () => void;
}

export interface Simulator {
  /** Without a slash at the end. The API is under /api/v1, the web canvas at /. */
  readonly url: string;
  readonly token: string;
  readonly canvases: readonly { readonly id: string; readonly name: string }[];
  /** Resets all connections and frees the port. May be called again. */
  stop(): Promise<void>;
}

const DEFAULT_KEEP_ALIVE_MS = 15_000;
const DEFAULT_HASH_DELAY_MS = 150;
/** Room for the other parts and the boundaries of a multipart body. */
const BODY_ALLOWANCE = 1024 * 1024;

/**
 * Starts a Canvus server in memory.
 * @throws AppError PORT_IN_USE
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const plan = new FaultPlan();
  const hub = new StreamHub(plan, options.keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS);
  let kept = options.stateFile === undefined ? undefined : new StateFile(options.stateFile);
  const world = createWorld(options, hub, kept);
  const log = new WriteLog(kept);
  const api = new Api(world, hub, plan, log);
  const typist = new Typist(world);
  const parts = {
    world,
    hub,
    plan,
    log,
    typist,
    token: options.token,
    onVisitor: options.onVisitor ?? (() => undefined),
  };
  const { page } = await import("./page.ts");
  const server = serve(page, options, async (request, remoteAddress) => {
    const url = new URL(request.url);
    if (url.pathname.startsWith(`${API_PREFIX}/`)) return api.handle(request, url);
    if (!url.pathname.startsWith(`${CONTROL_PREFIX}/`)) return new Response("Not found\n", { status: 404 });
    if (!isTrusted(request, url, remoteAddress))
      return Response.json({ msg: "Loopback only" }, { status: 403 });
    return handleControl(parts, request, url);
  });
  const url = server.url.origin;
  world.settings.externalUrl = url;
  options.logger?.info("Canvus simulator listens", { source: "simulator/simulator.ts:startSimulator", url });
  return {
    url,
    token: options.token,
    canvases: world.catalog.records.map((record) => ({ id: record.canvas.id, name: record.name })),
    stop: async () => {
      typist.stop();
      world.uploads.stop();
      plan.remove();
      hub.drop("reset", () => true);
      await server.stop(true);
      kept?.close();
      kept = undefined;
    },
  };
}

function createWorld(options: SimulatorOptions, hub: StreamHub, kept: StateFile | undefined): World {
  const settings = new ServerSettings();
  const assets = new AssetStore((asset) => kept?.saveAsset(asset.hash, asset.bytes));
  const catalog = new CanvasCatalog(OWNER_ID, options.strict ?? true);
  const tokens = { edit: [options.token], view: options.viewOnlyTokens ?? [] };
  const revoke = (token: string) => hub.drop("end", (stream) => stream.token === token);
  const world: World = {
    accounts: new Accounts(tokens, options.user, revoke),
    catalog,
    folders: new FolderStore(OWNER_ID),
    assets,
    uploads: new UploadProcessor(assets, options.uploadHashDelayMs ?? DEFAULT_HASH_DELAY_MS, kept),
    clients: new ClientRegistry(catalog, settings.serverId),
    settings,
  };
  if (kept) {
    restoreState(world, kept);
    keepState(world, kept);
  }
  createCanvases(options, world);
  const [first] = catalog.records;
  if (first !== undefined) world.clients.openCanvas("0", first.canvas.id);
  return world;
}

/** Those that were not kept by an earlier run; a canvas without a wished id is only made when there is none at all. */
function createCanvases(options: SimulatorOptions, { catalog, uploads }: World): void {
  const defaultName = options.seed === "demo" ? "Demo canvas" : "Canvas";
  const wanted = options.canvases ?? [{}];
  const isNew = catalog.records.length === 0;
  for (const [index, canvas] of wanted.entries()) {
    if (canvas.id === undefined ? !isNew : catalog.find(canvas.id)) continue;
    const numbered = index === 0 ? defaultName : `${defaultName} ${index + 1}`;
    const record = catalog.create({ name: numbered, ...canvas });
    if (options.seed === "demo" && index === 0) seedDemo(record.canvas, uploads);
  }
}

type Handler = (request: Request, remoteAddress: string | undefined) => Promise<Response>;

function serve(
  page: Bun.HTMLBundle,
  options: SimulatorOptions,
  handle: Handler,
): ReturnType<typeof Bun.serve> {
  const hostname = options.hostname ?? "127.0.0.1";
  try {
    return Bun.serve({
      hostname,
      port: options.port,
      // Streams are silent for as long as nothing changes and keep-alives are switched off.
      idleTimeout: 0,
      maxRequestBodySize: MAX_UPLOAD_BYTES + BODY_ALLOWANCE,
      development: false,
      // Bun shares the port with other processes when `development` is off, unless told not to.
      reusePort: false,
      routes: { "/": page },
      fetch: (request, server) => handle(request, server.requestIP(request)?.address),
      error: (error) => {
        if (error instanceof HttpFailure)
          return Response.json({ msg: error.message }, { status: error.status });
        options.logger?.error("Canvus simulator failed to answer", {
          source: "simulator/simulator.ts:serve",
          error,
        });
        return Response.json({ msg: "Internal error" }, { status: 500 });
      },
    });
  } catch (error) {
    throw new AppError("PORT_IN_USE", `Port ${options.port} on ${hostname} cannot be used.`, {
      context: { hostname, port: options.port },
      cause: error,
    });
  }
}
