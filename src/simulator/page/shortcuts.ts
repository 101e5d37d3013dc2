import type { Point } from "../../canvus/widget.ts";

export interface ShortcutListener {
  onAddNote(): void;
  onZoom(factor: number): void;
  onZoomReset(): void;
  onFit(): void;
  onPan(dx: number, dy: number): void;
  onNudge(id: string, delta: Point): void;
  onEdit(id: string): void;
  onRemove(id: string): void;
  onEscape(): void;
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const PAN_PIXELS = 80;
/** Canvas units, without and with Shift. */
const NUDGE = [20, 100] as const;
const ZOOM_STEP = 1.25;

function onWidget(event: KeyboardEvent, id: string, listener: ShortcutListener): boolean {
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) {
    const step = NUDGE[event.shiftKey ? 1 : 0];
    listener.onNudge(id, { x: arrow.x * step, y: arrow.y * step });
  } else if (event.key === "Enter" || event.key === "F2") listener.onEdit(id);
  else if (event.key === "Delete" || event.key === "Backspace") listener.onRemove(id);
  else return false;
  return true;
}

function onBoard(event: KeyboardEvent, listener: ShortcutListener): boolean {
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) listener.onPan(-arrow.x * PAN_PIXELS, -arrow.y * PAN_PIXELS);
  else if (event.key === "+" || event.key === "=") listener.onZoom(ZOOM_STEP);
  else if (event.key === "-") listener.onZoom(1 / ZOOM_STEP);
  else if (event.key === "0") listener.onFit();
  else if (event.key === "1") listener.onZoomReset();
  else if (event.key === "n" || event.key === "N") listener.onAddNote();
  else if (event.key === "Escape") listener.onEscape();
  else return false;
  return true;
}

/** The keyboard: keys on a focused widget act on it, all others on the view. */
export function listenForShortcuts(listener: ShortcutListener): void {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) return;
    if (target.closest("input, select, textarea, button") !== null) return;
    const id = target.dataset.widget;
    if ((id !== undefined && onWidget(event, id, listener)) || onBoard(event, listener))
      event.preventDefault();
  });
}
