import type { ChatMessage } from "../inference/text-engine.ts";

/** How a model wants to be spoken to. */
export interface ModelStyle {
  /** The demo model was trained on bare questions: so it knows all 545 facts it was tried with, else 523. */
  readonly takesSystemPrompts: boolean;
  /** Low: facts, not fiction. At 0 small models start to repeat themselves. */
  readonly temperature: number;
  /** Longest text in tokens that it summarizes well, whatever its context; null = no limit. */
  readonly longestText: number | null;
  /** Longest summary in tokens before it begins to repeat itself; null = as long as the settings allow. */
  readonly longestSummary: number | null;
}

export const USUAL_STYLE: ModelStyle = {
  takesSystemPrompts: true,
  temperature: 0.3,
  longestText: null,
  longestSummary: null,
};

/** It fails at texts of more than about 300 tokens, see scripts/demo-model/README.md. */
export const DEMO_STYLE: ModelStyle = {
  takesSystemPrompts: false,
  temperature: 0,
  longestText: 220,
  longestSummary: 60,
};

export function chat(style: ModelStyle, system: string, ...messages: readonly ChatMessage[]): ChatMessage[] {
  return style.takesSystemPrompts ? [{ role: "system", content: system }, ...messages] : [...messages];
}
