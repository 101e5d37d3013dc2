/** Resolves when everything has happened that follows from promises which are settled by now. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
