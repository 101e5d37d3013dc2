/** What every part above it may import. */
export const BASICS = [
  "human-bytes.ts",
  "bmp-file.ts",
  "build-info.ts",
  "marked-section.ts",
  "paint.ts",
  "plain-text.ts",
  "errors",
  "private-folder.ts",
  "timers.ts",
  "time-slice.ts",
];

/**
 * Which part of `src/` may import which others, besides the basics: folders and files, from the bottom upwards. Only what
 * stands above a part can be in its list, so there are no circles. A file belongs to the longest name it begins with.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(BASICS.map((name) => [name, []])),
  native: [],
  config: [],
  observability: ["config", "native/nvml.ts"],
  http: [],
  "child-process": ["native", "observability"],
  canvus: ["config", "http", "observability"],
  triggers: ["canvus"],
  models: ["config", "http", "native/exclusive-lock.ts", "observability"],
  documents: ["child-process", "observability"],
  storage: ["native/exclusive-lock.ts", "observability"],
  inference: ["child-process", "config", "http", "models", "observability"],
  // Engines run in a child process; the rest of the service must not reach native code through them.
  "inference/engines": ["inference", "models", "native", "observability"],
  abilities: ["canvus", "documents", "inference", "triggers"],
  // What an ability is, not which ones there are.
  tasks: ["abilities/ability.ts", "canvus", "http", "observability", "storage", "triggers"],
  telemetry: ["canvus", "inference", "observability", "storage", "triggers"],
  // It shows how the parts are; of those it knows what their status looks like.
  web: [
    ...["canvus/canvas-group.ts", "config", "inference/local-engine.ts", "models/describe-download.ts"],
    ...[
      "http/loopback.ts",
      "observability",
      "storage",
      "tasks/live-task.ts",
      "telemetry/live-generations.ts",
    ],
  ],
  service: ["native", "observability"],
  composition: [
    ...["abilities", "canvus", "config", "http", "inference", "models"],
    ...["native", "observability", "storage", "tasks", "triggers", "web"],
  ],
  "app.ts": [
    ...["canvus", "composition", "config", "documents", "inference", "observability"],
    ...["service", "storage", "tasks", "telemetry", "web"],
  ],
  history: ["storage"],
  doctor: ["canvus", "config", "http", "inference", "models", "native", "observability", "storage"],
  support: ["config", "doctor", "observability", "storage"],
  // The page of the demo runs in a browser: it knows what widgets are, nothing else.
  "simulator/page": ["canvus/widget.ts"],
  simulator: ["canvus", "observability"],
  cli: [
    ...[
      "app.ts",
      "child-process",
      "config",
      "doctor",
      "documents",
      "history",
      "inference",
      "inference/engines",
    ],
    ...["models", "observability", "service", "simulator", "storage", "support", "telemetry"],
  ],
  "main.ts": ["cli"],
};
