import { CanvasState } from "../../canvus/canvas-state.ts";
import type { Widget } from "../../canvus/widget.ts";
import type { AbilityRequest } from "../ability.ts";

export interface Asked extends AbilityRequest {
  /** Every whole text that was shown, and every stage that was told, in order. */
  readonly shown: string[];
  readonly stages: string[];
  readonly fractions: number[];
}

export interface Asking {
  readonly prompt?: string;
  readonly trigger?: Widget;
  readonly subject?: Widget;
  readonly widgets?: readonly Widget[];
  /** The file of the subject. */
  readonly file?: string;
}

/** What an ability is asked by the tasks, on a canvas with these widgets. */
export function asked({ prompt = "", widgets = [], file = "", ...given }: Asking): Asked {
  const trigger = given.trigger ?? { id: "asks", widget_type: "Note", text: prompt };
  const state = new CanvasState();
  Array.from(state.applySnapshot({ isList: true, updates: [trigger, ...widgets] }));
  const shown: string[] = [];
  const stages: string[] = [];
  const fractions: number[] = [];
  return {
    prompt,
    correlationId: "c1",
    canvas: { canvasId: "canvas", state, withFile: (_widget, _signal, use) => use(file) },
    trigger,
    subject: given.subject ?? trigger,
    signal: new AbortController().signal,
    progress: (status, fraction) => {
      stages.push(status);
      if (fraction !== undefined) fractions.push(fraction);
    },
    show: (text) => shown.push(text),
    shown,
    stages,
    fractions,
  };
}
