/** Arguments that are right one by one and make no sense together. The message is one sentence for people. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
