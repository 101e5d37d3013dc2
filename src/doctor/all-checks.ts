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
import { modelsFolder } from "./checks/models-folder.ts";
import { nativeFiles } from "./checks/native-files.ts";
import { dns, tcp } from "./checks/network.ts";
import { deepPicture, pictures } from "./checks/pictures.ts";
import { port } from "./checks/port.ts";
import { serviceRegistration } from "./checks/service-registration.ts";
import { systemLibrary } from "./checks/system-library.ts";
import { deepVision, visionEngine, visionModel } from "./checks/vision.ts";
import type { DoctorContext } from "./context.ts";

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
    modelsFolder,
    modelFile,
    modelMemory,
    nativeFiles,
    gpu,
    engine,
    visionModel,
    visionEngine,
    pictures,
    ...(deep ? [deepModel, deepVision, deepPicture] : []),
    database,
  ];
}
