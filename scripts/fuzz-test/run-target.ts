import type { TargetResult } from "./target.ts";
import { TARGETS } from "./targets.ts";

/** What this process tells the one that started it: the number of each input before it is fed, and in the end all. */
export type Progress = { readonly input: number } | { readonly result: TargetResult };

const [, , name = "", runs = "", seed = ""] = process.argv;
const target = TARGETS[name];
if (target === undefined) throw new Error(`there is no target ${name}`);
const onInput = (input: number) => tell({ input });
tell({ result: await target({ name, runs: Number(runs), seed: Number(seed), onInput }) });
process.disconnect?.();

function tell(progress: Progress): void {
  process.send?.(progress);
}
