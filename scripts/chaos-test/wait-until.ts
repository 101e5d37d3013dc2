const LOOK_MS = 100;
/** Whatever is awaited happens within seconds; this is for a busy machine. */
const PATIENCE_MS = 120_000;

/** Looks again and again. @throws Error that says what was waited for */
export async function waitUntil(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await look()); await Bun.sleep(LOOK_MS)) {
    if (performance.now() - began > PATIENCE_MS) throw new Error(`it did not happen: ${what}`);
  }
}
