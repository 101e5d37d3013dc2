/** A service in small: starts the real runner, prints its process id when the model is usable, and stays. */

import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import { LocalTextEngine } from "../local-text-engine.ts";
import { ModelHost } from "../model-host.ts";

const [modelPath = "", ...command] = process.argv.slice(2);
const engine = new LocalTextEngine({
  host: new ModelHost(new RecordingLogger()),
  modelPath,
  isDemo: true,
  contextSize: 0,
  threads: 0,
  gpu: "off",
  maxConcurrent: 1,
  logger: new RecordingLogger(),
  command,
});
await engine.start();
await engine.ready();
process.stdout.write(`${engine.status().pid}\n`);
