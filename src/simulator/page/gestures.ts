import type { Point } from "../../canvus/widget.ts";
import type { Viewport } from "./viewport.ts";

export interface GestureListener {
  /** @param id undefined for the canvas itself */
  onPress(id: string | undefined): void;
  /** The widget under the pointer is dragged; `delta` is in canvas units since the drag began. */
  onDrag(id: string, delta: Point): void;
  onDrop(id: string): void;
  onDoublePress(id: string | undefined, at: Point): void;
}

/** Smaller movements are clicks, in screen pixels. */
const DRAG_THRESHOLD = 4;
const WHEEL_ZOOM = 0.0022;
const LINE_HEIGHT = 18;

interface Drag {
  readonly id: string | undefined;
  readonly from: Point;
  started: boolean;
}

function widgetIdAt(target: EventTarget | null): string | undefined {
  const found = target instanceof Element ? target.closest<HTMLElement>("[data-widget]") : null;
  return found?.dataset.widget;
}

/** Pointer, touch and wheel on the board: pan, pinch, zoom, move widgets. */
export class Gestures {
  readonly #board: HTMLElement;
  readonly #viewport: Viewport;
  readonly #listener: GestureListener;
  readonly #pointers = new Map<number, Point>();
  #drag: Drag | undefined;

  constructor(board: HTMLElement, viewport: Viewport, listener: GestureListener) {
    this.#board = board;
    this.#viewport = viewport;
    this.#listener = listener;
    board.addEventListener("pointerdown", (event) => this.#onDown(event));
    board.addEventListener("pointermove", (event) => this.#onMove(event));
    board.addEventListener("pointerup", (event) => this.#onUp(event));
    board.addEventListener("pointercancel", (event) => this.#onUp(event));
    board.addEventListener("dblclick", (event) => {
      if (event.target instanceof HTMLTextAreaElement) return;
      listener.onDoublePress(
        widgetIdAt(event.target),
        viewport.toCanvas({ x: event.clientX, y: event.clientY }),
      );
    });
    board.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
  }

  #onDown(event: PointerEvent): void {
    if (event.button > 1 || event.target instanceof HTMLTextAreaElement) return;
    const at = { x: event.clientX, y: event.clientY };
    this.#pointers.set(event.pointerId, at);
    if (this.#pointers.size > 1) {
      this.#endDrag();
      return;
    }
    const id = event.button === 1 ? undefined : widgetIdAt(event.target);
    this.#drag = { id, from: at, started: false };
    this.#listener.onPress(id);
  }

  #onMove(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const at = { x: event.clientX, y: event.clientY };
    if (this.#pointers.size === 2) this.#pinch(event.pointerId, before, at);
    else this.#dragTo(event, before, at);
    // Until a drag has begun its start must not move along.
    this.#pointers.set(event.pointerId, at);
  }

  #dragTo(event: PointerEvent, before: Point, at: Point): void {
    const drag = this.#drag;
    if (drag === undefined) return;
    if (!drag.started) {
      if (Math.hypot(at.x - drag.from.x, at.y - drag.from.y) < DRAG_THRESHOLD) return;
      drag.started = true;
      this.#board.setPointerCapture(event.pointerId);
      this.#board.classList.toggle("is-panning", drag.id === undefined);
      if (drag.id === undefined) this.#viewport.panBy(before.x - drag.from.x, before.y - drag.from.y);
    }
    const { zoom } = this.#viewport;
    if (drag.id === undefined) this.#viewport.panBy(at.x - before.x, at.y - before.y);
    else this.#listener.onDrag(drag.id, { x: (at.x - drag.from.x) / zoom, y: (at.y - drag.from.y) / zoom });
  }

  #pinch(id: number, before: Point, at: Point): void {
    const other = [...this.#pointers].find(([pointer]) => pointer !== id)?.[1];
    if (other === undefined) return;
    const distance = (p: Point) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    this.#viewport.panBy((at.x - before.x) / 2, (at.y - before.y) / 2);
    this.#viewport.zoomAt(middle, distance(at) / distance(before));
  }

  #onUp(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size === 0) this.#endDrag();
  }

  #endDrag(): void {
    const drag = this.#drag;
    this.#drag = undefined;
    this.#board.classList.remove("is-panning");
    if (drag?.started && drag.id !== undefined) this.#listener.onDrop(drag.id);
  }

  #onWheel(event: WheelEvent): void {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : 1;
    const zooming = event.ctrlKey || event.metaKey;
    if (!zooming && this.#scrollsText(event)) return;
    event.preventDefault();
    if (!zooming) {
      const [dx, dy] =
        event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      this.#viewport.panBy(-dx * unit, -dy * unit);
      return;
    }
    const step = Math.max(-120, Math.min(120, event.deltaY * unit));
    this.#viewport.zoomAt({ x: event.clientX, y: event.clientY }, Math.exp(-step * WHEEL_ZOOM * 1.6));
  }

  /** The text of a selected note, or one being written, scrolls before the canvas does. */
  #scrollsText(event: WheelEvent): boolean {
    const target = event.target instanceof Element ? event.target : undefined;
    const text = target?.closest(".is-selected .note-text, textarea");
    return text !== null && text !== undefined && text.scrollHeight > text.clientHeight;
  }
}
