import type { Point } from "../../canvus/widget.ts";
import type { Rect } from "./board-model.ts";

const MIN_ZOOM = 0.04;
const MAX_ZOOM = 4;
const FIT_ZOOM = 1.1;
/** Room around what is fitted, for the bars at the top and bottom, in screen pixels. */
const MARGIN = { x: 48, top: 84, bottom: 96 };
const NARROW = 560;

/** Which part of the canvas the window shows. */
export class Viewport {
  readonly #board: HTMLElement;
  readonly #world: HTMLElement;
  readonly #onChange: () => void;
  #x = 0;
  #y = 0;
  #zoom = 0.4;
  #held = false;

  constructor(board: HTMLElement, world: HTMLElement, onChange: () => void) {
    this.#board = board;
    this.#world = world;
    this.#onChange = onChange;
  }

  get zoom(): number {
    return this.#zoom;
  }

  /** True once somebody chose what to look at; until then the view may follow what happens. */
  get held(): boolean {
    return this.#held;
  }

  hold(): void {
    this.#held = true;
  }

  panBy(dx: number, dy: number): void {
    this.hold();
    this.#set(this.#x + dx, this.#y + dy, this.#zoom, false);
  }

  /** Zooms so that the canvas point under the given point of the window stays where it is. */
  zoomAt(at: Point, factor: number, glide = false): void {
    this.hold();
    const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, this.#zoom * factor));
    const ratio = zoom / this.#zoom;
    this.#set(at.x - (at.x - this.#x) * ratio, at.y - (at.y - this.#y) * ratio, zoom, glide);
  }

  zoomAtCenter(factor: number): void {
    this.zoomAt({ x: this.#board.clientWidth / 2, y: this.#board.clientHeight / 2 }, factor, true);
  }

  /** Shows the whole rectangle, or its upper-left part at `minZoom` where that would be too small to read. */
  fit(rect: Rect, { glide = true, minZoom = MIN_ZOOM }: { glide?: boolean; minZoom?: number } = {}): void {
    this.#held = false;
    const margin = this.#margin;
    const width = this.#board.clientWidth - 2 * margin.x;
    const height = this.#board.clientHeight - margin.top - margin.bottom;
    const whole = Math.min(width / rect.width, height / rect.height, FIT_ZOOM);
    const zoom = Math.max(whole, minZoom);
    const centered = whole >= minZoom;
    const x = margin.x + (centered ? (width - rect.width * zoom) / 2 : 0);
    const y = margin.top + (centered ? (height - rect.height * zoom) / 2 : 0);
    this.#set(x - rect.x * zoom, y - rect.y * zoom, zoom, glide);
  }

  /** Moves as little as needed to show the rectangle. */
  reveal(rect: Rect): void {
    this.hold();
    const { left, top, right, bottom } = this.#onScreen(rect);
    const margin = this.#margin;
    const [width, height] = [this.#board.clientWidth - margin.x, this.#board.clientHeight - margin.bottom];
    const dx = left < margin.x ? margin.x - left : Math.min(0, width - right);
    const dy = top < margin.top ? margin.top - top : Math.min(0, height - bottom);
    if (dx !== 0 || dy !== 0) this.#set(this.#x + dx, this.#y + dy, this.#zoom, true);
  }

  isVisible(rect: Rect): boolean {
    const { left, top, right, bottom } = this.#onScreen(rect);
    return right > 0 && bottom > 0 && left < this.#board.clientWidth && top < this.#board.clientHeight;
  }

  toCanvas(at: Point): Point {
    return { x: (at.x - this.#x) / this.#zoom, y: (at.y - this.#y) / this.#zoom };
  }

  toScreen(at: Point): Point {
    return { x: at.x * this.#zoom + this.#x, y: at.y * this.#zoom + this.#y };
  }

  get isNarrow(): boolean {
    return this.#board.clientWidth < NARROW;
  }

  center(): Point {
    return this.toCanvas({ x: this.#board.clientWidth / 2, y: this.#board.clientHeight / 2 });
  }

  get #margin(): typeof MARGIN {
    return this.isNarrow ? { ...MARGIN, x: 14 } : MARGIN;
  }

  #onScreen(rect: Rect): { left: number; top: number; right: number; bottom: number } {
    const { x: left, y: top } = this.toScreen(rect);
    const { x: right, y: bottom } = this.toScreen({ x: rect.x + rect.width, y: rect.y + rect.height });
    return { left, top, right, bottom };
  }

  #set(x: number, y: number, zoom: number, glide: boolean): void {
    this.#x = x;
    this.#y = y;
    this.#zoom = zoom;
    this.#world.classList.toggle("is-gliding", glide);
    this.#world.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    this.#world.style.setProperty("--zoom", String(zoom));
    // Dots closer than 16 pixels would be noise.
    this.#world.style.setProperty(
      "--grid",
      `${100 * 2 ** Math.max(0, Math.ceil(Math.log2(16 / (100 * zoom))))}px`,
    );
    this.#onChange();
  }
}
