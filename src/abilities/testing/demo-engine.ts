import { join } from "node:path";
import { LocalTextEngine } from "../../inference/local-text-engine.ts";
import { ModelHost } from "../../inference/model-host.ts";
import { RecordingLogger } from "../../observability/testing/recording-logger.ts";

/** The real engine with the demo model, ready; what it answers in the tests was tried before. Stop it after use. */
export async function demoEngine(contextSize = 512): Promise<LocalTextEngine> {
  const logger = new RecordingLogger();
  const engine = new LocalTextEngine({
    host: new ModelHost(logger),
    modelPath: join(import.meta.dir, "../../models/demo/demo-text.gguf"),
    isDemo: true,
    contextSize,
    threads: 1,
    gpu: "off",
    maxConcurrent: 2,
    logger,
  });
  await engine.start();
  await engine.ready();
  return engine;
}
