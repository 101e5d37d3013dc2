const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Waits for Ctrl+C or a polite kill. @returns the exit code that shells expect after that signal. */
export function waitForSignal(): Promise<number> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve(EXIT_CODES.SIGINT));
    process.once("SIGTERM", () => resolve(EXIT_CODES.SIGTERM));
  });
}
