import type { Widget } from "../../canvus/widget.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../simulator.ts";
import { LineReader } from "./line-reader.ts";

/** A simulator on a free port and what a test needs to talk to it from outside. */
export class TestBench {
  readonly simulator: Simulator;
  readonly canvasId: string;
  token: string | undefined;

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
    this.canvasId = simulator.canvases[0]?.id ?? "";
    this.token = simulator.token;
  }

  static async start(options: Partial<SimulatorOptions> = {}): Promise<TestBench> {
    const defaults = { port: 0, token: "edit-token", seed: "empty", uploadHashDelayMs: 5 } as const;
    return new TestBench(await startSimulator({ ...defaults, ...options }));
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token !== undefined) headers.set("Private-Token", this.token);
    return fetch(this.simulator.url + path, { ...init, headers });
  }

  /** A request below the first canvas. */
  canvas(method: string, path: string, body?: unknown): Promise<Response> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return this.fetch(`/api/v1/canvases/${this.canvasId}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: text }),
    });
  }

  async widget(method: string, path: string, body?: unknown): Promise<Widget> {
    const response = await this.canvas(method, path, body);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as Widget;
  }

  async upload(
    path: string,
    parts: readonly (readonly [name: string, value: string | Blob, file?: string])[],
  ): Promise<Response> {
    const form = new FormData();
    for (const [name, value, file] of parts) {
      if (value instanceof Blob) form.append(name, value, file);
      else form.append(name, value);
    }
    return this.fetch(`/api/v1/canvases/${this.canvasId}/${path}`, { method: "POST", body: form });
  }

  async stream(path: string): Promise<LineReader> {
    const response = await this.canvas("GET", path);
    if (response.status !== 200 || response.body === null) throw new Error(`no stream: ${response.status}`);
    return new LineReader(response.body);
  }

  async faults(rules: unknown): Promise<JsonObject> {
    const response = await this.fetch("/_sim/faults", { method: "POST", body: JSON.stringify(rules) });
    return (await response.json()) as JsonObject;
  }

  async control(path: string, body: JsonObject): Promise<Response> {
    return this.fetch(`/_sim/${path}`, {
      method: "POST",
      body: JSON.stringify({ canvas_id: this.canvasId, ...body }),
    });
  }
}

/** Status and message of a refusal. */
export async function refusal(response: Response): Promise<readonly [status: number, msg: unknown]> {
  const body: unknown = await response.json();
  return [response.status, isJsonObject(body) ? body.msg : undefined];
}
