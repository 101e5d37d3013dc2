import { enginesInOrder } from "../inference/engine-order.ts";
import { textTarget } from "../inference/remote/targets.ts";
import type { Check } from "./check.ts";
import { canvasChecks } from "./checks/canvases.ts";
import { clock, credentials, server } from "./checks/canvus-server.ts";
import { certificate } from "./checks/certificate.ts";
import { configuration } from "./checks/configuration.ts";
import { database } from "./checks/database.ts";
import { diskSpace } from "./checks/disk-space.ts";
import { deepModel, engine } from "./checks/engine.ts";
import { dataFolder, logs } from "./checks/folders.ts";
import { gpu } from "./checks/gpu.ts";
import { modelFile } from "./checks/model-file.ts";
import { modelMemory } from "./checks/model-memory.ts";
import { serverChecks } from "./checks/model-servers.ts";
import { modelsFolder } from "./checks/models-folder.ts";
import { nativeFiles } from "./checks/native-files.ts";
import { dns, tcp } from "./checks/network.ts";
import { deepPicture, pictures } from "./checks/pictures.ts";
import { port } from "./checks/port.ts";
import { serviceRegistration } from "./checks/service-registration.ts";
import { systemLibrary } from "./checks/system-library.ts";
import { deepVision, visionEngine, visionModel } from "./checks/vision.ts";
import type { DoctorContext } from "./context.ts";

/** A model on this machine that nobody asks need not be there. */
function usesLocalText({ settings }: DoctorContext): boolean {
  const order = settings.CANVUSLLM_ENGINE_ORDER ?? "remote";
  const local = settings.LLAMA_MODEL_PATH ?? settings.LLAMA_MODEL_URL ?? null;
  const remote = textTarget(settings) === null ? null : "remote";
  return remote === null || enginesInOrder<string>(order, local, remote).some((each) => each === local);
}

/** Every check in the order in which it is shown: what others depend on comes first. */
export function allChecks(context: DoctorContext, deep: boolean): Check[] {
  return [
    configuration,
    systemLibrary,
    dataFolder,
    logs,
    diskSpace,
    port,
    serviceRegistration,
    dns,
    tcp,
    certificate,
    server,
    credentials,
    ...canvasChecks(context),
    clock,
    ...serverChecks(context, deep),
    modelsFolder,
    ...(usesLocalText(context) ? [modelFile, modelMemory] : []),
    nativeFiles,
    gpu,
    engine,
    visionModel,
    visionEngine,
    pictures,
    ...(deep && usesLocalText(context) ? [deepModel] : []),
    ...(deep ? [deepVision, deepPicture] : []),
    database,
  ];
}
