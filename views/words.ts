/** What codes of the database and of the parts are called on pages. */
const OPERATIONS: Readonly<Record<string, string>> = {
  note_prompt: "Note",
  image_prompt: "Picture",
  image_question: "Question about a picture",
  pdf_precis: "PDF summary",
  canvas_precis: "Canvas summary",
  image_analysis: "Picture description",
  handwriting: "Handwriting",
};

/** What models are for, by the kind of their engine. */
const MODEL_KINDS: Readonly<Record<string, string>> = {
  text: "Writes answers",
  vision: "Looks at pictures",
  image: "Draws pictures",
};

export type Tone = "good" | "warn" | "bad" | "info" | "plain";

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  succeeded: "good",
  failed: "bad",
  cancelled: "warn",
  running: "info",
  pending: "plain",
};

const CANVAS_TONES: Readonly<Record<string, Tone>> = { live: "good", stopped: "bad" };
const MODEL_TONES: Readonly<Record<string, Tone>> = {
  ready: "good",
  loading: "info",
  starting: "info",
  failed: "bad",
  quarantined: "bad",
};
const LEVEL_TONES: Readonly<Record<string, Tone>> = { error: "bad", warn: "warn", info: "info" };

const DEVICES: Readonly<Record<string, string>> = {
  cuda: "GPU (CUDA)",
  vulkan: "GPU (Vulkan)",
  metal: "GPU (Metal)",
  off: "Processor",
};

export const STATUSES = ["succeeded", "failed", "cancelled", "running", "pending"] as const;

export function operationName(operation: string): string {
  return OPERATIONS[operation] ?? inWords(operation);
}

/** A code that has no name yet. */
function inWords(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function statusTone(status: string): Tone {
  return STATUS_TONES[status] ?? "plain";
}

export function canvasTone(state: string): Tone {
  return CANVAS_TONES[state] ?? "warn";
}

/** Models are loaded when somebody needs them; one that rests is not broken. */
export function modelState(state: string): string {
  return state === "stopped" ? "not loaded" : state;
}

export function modelTone(state: string): Tone {
  return MODEL_TONES[state] ?? "plain";
}

export function levelTone(level: string): Tone {
  return LEVEL_TONES[level] ?? "plain";
}

export function deviceName(device: string | null): string {
  return device === null ? "–" : (DEVICES[device] ?? device);
}

export function modelKind(kind: string): string {
  return MODEL_KINDS[kind] ?? inWords(kind);
}

/** An id is long; its beginning tells canvases apart for people. */
export function canvasName(id: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(id);
  if (name !== undefined) return name;
  return id.length > 13 ? `${id.slice(0, 12)}…` : id;
}
