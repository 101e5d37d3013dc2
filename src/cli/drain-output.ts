/** A reader that has stalled must not keep a finished process alive. */
const PATIENCE_MS = 2000;

/** Waits until what was written to stdout and stderr has left the process; process.exit() would cut it off. */
export async function drainOutput(): Promise<void> {
  const written = Promise.all([process.stdout, process.stderr].map(drain));
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
  await Promise.race([written, patience]);
}

function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("error", () => resolve());
    stream.write("", () => resolve());
  });
}
