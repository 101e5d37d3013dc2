import type { Figure } from "../bench/report/figure.ts";
import type { Sample } from "./sampler.ts";
import { lows, trendOf } from "./trend.ts";

export interface Soaked {
  readonly samples: readonly Sample[];
  readonly asked: number;
  /** How many came to which end. */
  readonly ends: ReadonlyMap<string, number>;
  /** Not asked because too many were open. */
  readonly heldBack: number;
  readonly open: number;
  readonly errors: number;
  readonly exitCode: number;
  readonly minutes: number;
  readonly maxLogMb: number;
}

/** Caches and compiled code take their room in the first part. */
const WARM_UP = 0.25;
/** Parts of the time of which the lowest memory counts. */
const PARTS = 30;
const GOALS = { memoryMbPerHour: 1, openFilesPerHour: 1, databaseKbPerPrompt: 12 } as const;
/** Two standard errors: below that, growth cannot be told from chance. */
const SURE = 2;

/** What hours of work have shown. */
export function soakFigures(soaked: Soaked): Figure[] {
  const { samples, asked, ends } = soaked;
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return [];
  const warm = samples.filter(({ hours }) => hours >= last.hours * WARM_UP);
  const most = (of: (sample: Sample) => number) => Math.max(...samples.map(of));
  const answered = ends.get("prompt answered") ?? 0;
  const kb = ((last.databaseMb - first.databaseMb) * 1000) / Math.max(1, asked);
  return [
    { name: "prompts asked", value: asked, unit: "", beside: { what: "held back", value: soaked.heldBack } },
    { name: "prompts per second", value: asked / (soaked.minutes * 60), unit: "" },
    { name: "answered", value: answered, unit: "", goal: { atLeast: asked } },
    {
      name: "failed or left open",
      value: (ends.get("prompt failed") ?? 0) + soaked.open,
      unit: "",
      goal: { atMost: 0 },
    },
    { name: "errors in the log", value: soaked.errors, unit: "", goal: { atMost: 0 } },
    { name: "exit code after SIGTERM", value: soaked.exitCode, unit: "", goal: { atLeast: 143 } },
    ...growth("memory of the service", "MB/h", GOALS.memoryMbPerHour, warm, ({ serviceMb }) => serviceMb),
    { name: "memory of the service, most", value: most(({ serviceMb }) => serviceMb), unit: "MB" },
    ...growth("memory of its helpers", "MB/h", null, warm, ({ helpersMb }) => helpersMb),
    ...growth("open files", "/h", GOALS.openFilesPerHour, warm, ({ openFiles }) => openFiles),
    { name: "open files, most", value: most(({ openFiles }) => openFiles), unit: "" },
    {
      name: "log files, most",
      value: most(({ logMb }) => logMb),
      unit: "MB",
      goal: { atMost: soaked.maxLogMb },
    },
    { name: "database", value: last.databaseMb, unit: "MB" },
    { name: "database per prompt", value: kb, unit: "kB", goal: { atMost: GOALS.databaseKbPerPrompt } },
  ];
}

/** The slope beside what it may be off by, and the growth that is certain, which has the goal. */
function growth(
  what: string,
  unit: string,
  atMost: number | null,
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): Figure[] {
  const values = samples.map((sample) => ({ hours: sample.hours, value: of(sample) }));
  const trend = trendOf(lows(values, (samples.at(-1)?.hours ?? 1) / PARTS));
  if (trend === null) return [];
  const { slope, error } = trend;
  const slopeFigure = {
    name: `${what}, slope`,
    value: slope,
    unit,
    beside: { what: "standard error", value: error },
  };
  if (atMost === null) return [slopeFigure];
  const certain = Math.max(0, slope - SURE * error);
  return [slopeFigure, { name: `${what}, certain growth`, value: certain, unit, goal: { atMost } }];
}
