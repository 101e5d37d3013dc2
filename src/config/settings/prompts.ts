import type { Setting } from "../setting.ts";
import { HOUR, MINUTE, SECOND } from "./amounts.ts";

const GROUP = "Prompts";

export const PROMPT_SETTINGS = {
  MAX_CONCURRENT: {
    type: "integer",
    group: GROUP,
    default: 5,
    min: 1,
    max: 64,
    description: "Prompts answered at the same time. The others wait in the queue.",
  },
  CANVUSLLM_QUEUE_LIMIT: {
    type: "integer",
    group: GROUP,
    default: 200,
    min: 1,
    max: 10_000,
    description: "Prompts that may wait. Further ones get a note that says so.",
  },
  CANVUSLLM_PROMPT_SETTLE_MS: {
    type: "duration",
    group: GROUP,
    default: 1500,
    min: 0,
    max: MINUTE,
    description:
      "How long a note must rest before its prompt is taken, so that nothing half-typed is answered.",
  },
  AI_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 2 * MINUTE,
    min: SECOND,
    max: 24 * HOUR,
    description:
      "Longest time a model call may go without progress. Raise it for large models on slow machines: reading a long prompt counts as silence.",
  },
  PROCESSING_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 300 * SECOND,
    min: SECOND,
    max: 24 * HOUR,
    description: "Longest time for one prompt from its start to its answer, retries included.",
  },
  CANVUSLLM_DOCUMENT_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: HOUR,
    min: SECOND,
    max: 24 * HOUR,
    description: "The same for the summary of a PDF or of a whole canvas, which may take many model calls.",
  },
  MAX_RETRIES: {
    type: "integer",
    group: GROUP,
    default: 3,
    min: 0,
    max: 20,
    description: "How often an operation that failed for a passing reason is tried again.",
  },
  RETRY_DELAY: {
    type: "duration",
    group: GROUP,
    default: SECOND,
    min: 0,
    max: 5 * MINUTE,
    description: "Wait before the first retry; it doubles with each further one.",
  },
} as const satisfies Record<string, Setting>;
