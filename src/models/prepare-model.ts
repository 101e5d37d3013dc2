import { BUILTIN_DEMO, unpackDemoModel } from "./builtin-demo.ts";

/** The file of the configured model; the built-in demo model is unpacked first. */
export async function prepareModel(
  modelPath: string,
  dataDir: string,
): Promise<{ readonly path: string; readonly isDemo: boolean }> {
  const isDemo = modelPath === BUILTIN_DEMO;
  return { path: isDemo ? await unpackDemoModel(dataDir) : modelPath, isDemo };
}
