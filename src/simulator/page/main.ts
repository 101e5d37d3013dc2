import { ApiClient, type PageConfig } from "./api-client.ts";
import { CanvasApp } from "./canvas-app.ts";
import { byId } from "./dom.ts";
import { acceptFiles } from "./file-drop.ts";
import { Gestures } from "./gestures.ts";
import { listenForShortcuts } from "./shortcuts.ts";
import { Toast } from "./toast.ts";
import { Viewport } from "./viewport.ts";
import type { StreamState } from "./widget-stream.ts";

const STATE_TEXT: Readonly<Record<StreamState, string>> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  refused: "Refused",
};
const ZOOM_STEP = 1.25;
const CONFIG_RETRY_MS = 1000;

const board = byId("board", HTMLElement);
const toast = new Toast(byId("toast", HTMLElement));
const zoomLevel = byId("zoom-level", HTMLElement);
const switcher = byId("canvas-switcher", HTMLSelectElement);
const picker = byId("file-picker", HTMLInputElement);

let app: CanvasApp | undefined;

const viewport = new Viewport(board, byId("world", HTMLElement), () => {
  zoomLevel.textContent = `${Math.round(viewport.zoom * 100)} %`;
  app?.showActions();
});

function showState(state: StreamState): void {
  const status = byId("status", HTMLElement);
  status.dataset.state = state;
  const text = status.querySelector("span");
  if (text !== null) text.textContent = STATE_TEXT[state];
}

/** The simulator may have been restarted with another token and other canvases. */
async function startOver(): Promise<void> {
  app?.stop();
  app = undefined;
  for (;;) {
    try {
      open(await ApiClient.loadConfig());
      return;
    } catch {
      showState("reconnecting");
      await new Promise((resolve) => setTimeout(resolve, CONFIG_RETRY_MS));
    }
  }
}

function open(config: PageConfig): void {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const canvas = config.canvases.find(({ id }) => id === wanted) ?? config.canvases[0];
  if (canvas === undefined) {
    toast.show("This server has no canvas");
    return;
  }
  const several = config.canvases.length > 1;
  byId("canvas-name", HTMLElement).textContent = canvas.name;
  byId("canvas-name", HTMLElement).hidden = several;
  document.title = canvas.name;
  switcher.hidden = !several;
  switcher.replaceChildren(
    ...config.canvases.map(({ id, name }) => new Option(name, id, false, id === canvas.id)),
  );
  app = new CanvasApp({
    api: new ApiClient(config.token, canvas.id),
    viewport,
    toast,
    actions: byId("actions", HTMLElement),
    onState: showState,
    onOutdated: () => void startOver(),
  });
}

function addNote(): void {
  void app?.addNote(viewport.center(), false);
}

new Gestures(board, viewport, {
  onPress: (id) => {
    viewport.hold();
    app?.select(id);
  },
  onDrag: (id, delta) => app?.drag(id, delta),
  onDrop: (id) => app?.drop(id),
  onDoublePress: (id, at) => {
    if (id === undefined) void app?.addNote(at, true);
    else app?.edit(id);
  },
});
listenForShortcuts({
  onAddNote: addNote,
  onZoom: (factor) => viewport.zoomAtCenter(factor),
  onZoomReset: () => viewport.zoomAtCenter(1 / viewport.zoom),
  onFit: () => app?.fit(),
  onPan: (dx, dy) => viewport.panBy(dx, dy),
  onNudge: (id, delta) => app?.nudge(id, delta),
  onEdit: (id) => app?.edit(id),
  onRemove: (id) => app?.remove(id),
  onEscape: () => app?.select(undefined),
});
acceptFiles({ board, hint: byId("drop-hint", HTMLElement), picker }, (file, at) => {
  app?.addFile(file, at === undefined ? viewport.center() : viewport.toCanvas(at));
});

// Focusable by keyboard, so that the arrow keys can move the view.
board.tabIndex = 0;
board.addEventListener("focusin", (event) => {
  const id = event.target instanceof HTMLElement ? event.target.dataset.widget : undefined;
  if (id === undefined) return;
  app?.select(id);
  if (event.target instanceof HTMLElement && event.target.matches(":focus-visible")) app?.reveal(id);
});
byId("add-note", HTMLElement).addEventListener("click", addNote);
byId("summarize", HTMLElement).addEventListener("click", () => void app?.summarize(viewport.center()));
byId("add-file", HTMLElement).addEventListener("click", () => picker.click());
byId("zoom-in", HTMLElement).addEventListener("click", () => viewport.zoomAtCenter(ZOOM_STEP));
byId("zoom-out", HTMLElement).addEventListener("click", () => viewport.zoomAtCenter(1 / ZOOM_STEP));
byId("zoom-fit", HTMLElement).addEventListener("click", () => app?.fit());
zoomLevel.addEventListener("click", () => viewport.zoomAtCenter(1 / viewport.zoom));
switcher.addEventListener("change", () => {
  location.hash = switcher.value;
});
window.addEventListener("hashchange", () => void startOver());
window.addEventListener("resize", () => app?.showActions());

void startOver();
