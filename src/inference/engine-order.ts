import type { Config } from "../config/schema.ts";

/**
 * Which engines answer, in which order, where one on this machine and one on a server are both set up.
 * @param local, remote null when there is none
 * @returns none, one or both
 */
export function enginesInOrder<Engine>(
  order: Config["CANVUSLLM_ENGINE_ORDER"],
  local: Engine | null,
  remote: Engine | null,
): Engine[] {
  const both = order.startsWith("local") ? [local, remote] : [remote, local];
  const present = both.filter((engine) => engine !== null);
  return order.includes("-then-") ? present : present.slice(0, 1);
}
