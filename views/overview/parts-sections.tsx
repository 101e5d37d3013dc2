import { Html } from "@elysiajs/html";
import type { ServiceStatus } from "../../src/web/api/status-schema.ts";
import { Badge } from "../badge.tsx";
import { bytes, count, duration, percent, videoMemory } from "../format.ts";
import { Ago } from "../time.tsx";
import { canvasTone, deviceName, modelKind, modelState, modelTone } from "../words.ts";

export function CanvasesSection({ canvases }: Pick<ServiceStatus, "canvases">): string {
  return (
    <section class="card" aria-labelledby="canvases-heading">
      <h2 id="canvases-heading">Canvases</h2>
      {canvases.length === 0 ? <p class="quiet">No canvas has been looked up yet.</p> : ""}
      <ul class="entries">
        {canvases.map(({ name, state, last_event_at, problem }) => (
          <li>
            <div class="page-head">
              <strong safe>{name}</strong>
              <Badge tone={canvasTone(state)} text={state} />
            </div>
            <p class="quiet small">
              Last event: <Ago at={last_event_at} />
            </p>
            {problem === null ? (
              ""
            ) : (
              <p class="bad small" safe>
                {problem}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  ) as string;
}

export function ModelsSection({ models }: Pick<ServiceStatus, "models">): string {
  return (
    <section class="card" aria-labelledby="models-heading">
      <h2 id="models-heading">Models</h2>
      {models.map((model) => (
        <div class="stack model">
          <div class="page-head">
            <div>
              <strong class="break" safe>
                {model.name}
              </strong>
              <div class="quiet small" safe>
                {modelKind(model.kind)}
              </div>
            </div>
            <Badge tone={modelTone(model.state)} text={modelState(model.state)} />
          </div>
          <dl class="facts short">
            {model.endpoint === null ? (
              <LocalFacts model={model} />
            ) : (
              <ServerFacts endpoint={model.endpoint} />
            )}
            <dt>Calls</dt>
            <dd>{`${model.active} at work, ${model.queued} waiting`}</dd>
          </dl>
          {model.problem === null ? (
            ""
          ) : (
            <p class="bad small" safe>
              {model.problem}
            </p>
          )}
        </div>
      ))}
    </section>
  ) as string;
}

/** Of a model on this machine. */
function LocalFacts({ model }: { readonly model: ServiceStatus["models"][number] }): string {
  return (
    <>
      <dt>Computes on</dt>
      <dd safe>{deviceName(model.device)}</dd>
      <dt>Memory</dt>
      <dd>{model.memory_bytes === 0 ? "–" : bytes(model.memory_bytes)}</dd>
      <LanguageFacts model={model} />
      <dt>Crashes</dt>
      <dd>{count(model.crashes)}</dd>
    </>
  ) as string;
}

function ServerFacts({ endpoint }: { readonly endpoint: string }): string {
  return (
    <>
      <dt>On</dt>
      <dd class="break" safe>
        {endpoint}
      </dd>
    </>
  ) as string;
}

/** Image models have neither. */
function LanguageFacts({ model }: { readonly model: ServiceStatus["models"][number] }): string {
  const { quantization, context_size } = model;
  if (quantization === null && context_size === null) return "";
  return (
    <>
      <dt>Quantization</dt>
      <dd safe>{quantization ?? "–"}</dd>
      <dt>Context</dt>
      <dd>{context_size === null ? "–" : `${count(context_size)} tokens`}</dd>
    </>
  ) as string;
}

export function MachineSection({ status }: { readonly status: ServiceStatus }): string {
  const { gpu, storage, memory, event_loop_lag_p99_ms } = status;
  return (
    <section class="card" aria-labelledby="machine-heading">
      <h2 id="machine-heading">Machine</h2>
      <dl class="facts short">
        <dt>GPU</dt>
        <dd>
          {gpu.devices.length === 0 ? (
            <span safe>{gpu.state === "absent" ? "no NVIDIA GPU" : (gpu.message ?? gpu.state)}</span>
          ) : (
            gpu.devices.map((device) => (
              <div>
                <span safe>{device.name}</span>
                <br />
                <progress
                  value={String(device.vram_used_mb)}
                  max={String(device.vram_total_mb)}
                  aria-label="Video memory in use"
                />
                <span class="quiet small">{gpuLine(device)}</span>
              </div>
            ))
          )}
        </dd>
        <dt>Free disk</dt>
        <dd>{bytes(storage.disk_free_bytes)}</dd>
        <dt>Database</dt>
        <dd>
          {bytes(storage.database_bytes)}
          {storage.mode === "normal" ? "" : <Badge tone="bad" text="not writable" />}
        </dd>
        <dt>Memory</dt>
        <dd>{`${bytes(memory.service_bytes)} service, ${bytes(memory.runners_bytes)} model`}</dd>
        <dt>Reacts within</dt>
        <dd title="Delay of the event loop, 99 of 100 within">{duration(event_loop_lag_p99_ms)}</dd>
        <dt>Running</dt>
        <dd>{`${duration(Date.now() - Date.parse(status.started_at))}, version ${status.version}`}</dd>
      </dl>
    </section>
  ) as string;
}

function gpuLine(device: ServiceStatus["gpu"]["devices"][number]): string {
  const memory = `${videoMemory(device.vram_used_mb)} of ${videoMemory(device.vram_total_mb)} in use`;
  const load = device.utilization_percent;
  return load === null ? memory : `${memory}, load ${percent(load / 100)}`;
}
