/** Hidden command `runner`: one native engine in a process of its own. */
export async function runRunner(_args: readonly string[]): Promise<number> {
  const { getLlama } = await import("node-llama-cpp");
  const llama = await getLlama({ build: "never", skipDownload: true, progressLogs: false, gpu: false });
  process.stdout.write(`llama.cpp ${llama.llamaCppRelease.release}\n`);
  await llama.dispose();
  return 0;
}
