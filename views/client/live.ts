// Puts the parts of the page that have changed anew into their place: when the service says so, and now and then.
import { need } from "./need.ts";
import { REDRAWN, ZOOMED } from "./redrawn.ts";

/** Figures of how long ago something was get old by themselves. */
const REDRAW_MS = 15_000;
/** After a refusal the browser gives up; the page itself tells why, for example that the session has ended. */
const RELOAD_MS = 5000;

const live = need("live");
const sign = need("live-state");
/** What each part looked like when it came from the service: scripts and people change it. */
const sources = new WeakMap<Element, string>();

let isDrawing = false;
let again = false;

async function redraw(): Promise<void> {
  if (isDrawing) {
    again = true;
    return;
  }
  isDrawing = true;
  try {
    const response = await fetch(live.dataset.page ?? "", { headers: { accept: "text/html" } });
    // The session has ended: let the browser show the login.
    if (response.redirected) location.reload();
    else if (response.ok) replace(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    // The service is away; the stream says so and comes back by itself.
  } finally {
    isDrawing = false;
    if (again) {
      again = false;
      void redraw();
    }
  }
}

/** Only what is different, so that a selection or the focus in another part stays. */
function replace(page: Document): void {
  const fresh = page.getElementById("live");
  if (fresh !== null) {
    remember(fresh);
    if (fresh.children.length === live.children.length) {
      for (const [index, part] of [...fresh.children].entries()) swap(live.children[index], part);
    } else live.replaceChildren(...fresh.children);
  }
  const badge = page.getElementById("service-state");
  const old = document.getElementById("service-state");
  if (badge && old && badge.outerHTML !== old.outerHTML) old.replaceWith(badge);
  document.dispatchEvent(new Event(REDRAWN));
}

function swap(old: Element | undefined, fresh: Element): void {
  if (old === undefined || sources.get(old) === sources.get(fresh)) return;
  // Nobody wants a chart to change in the moment one points at it, or to lose what was enlarged.
  if (old.matches(`[${ZOOMED}], :has(.plot:hover)`)) return;
  const active = document.activeElement;
  const focused = old.contains(active) ? (active?.getAttribute("href") ?? null) : null;
  const open = [...old.querySelectorAll("details")].map((details) => details.open);
  for (const [index, details] of fresh.querySelectorAll("details").entries()) {
    details.open = open[index] ?? false;
  }
  const hidden = old.getAttribute("data-hidden");
  if (hidden !== null) fresh.setAttribute("data-hidden", hidden);
  old.replaceWith(fresh);
  if (focused !== null) {
    fresh.querySelector<HTMLElement>(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

/** To be called before anybody can have changed the parts. */
function remember(page: Element): void {
  for (const part of page.children) sources.set(part, part.outerHTML);
}

remember(live);
const { events: address } = live.dataset;
if (address !== undefined) {
  const events = new EventSource(address);
  events.addEventListener("status", () => void redraw());
  events.addEventListener("open", () => {
    sign.textContent = "Live";
  });
  events.addEventListener("error", () => {
    sign.textContent = "Connection lost, trying again …";
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), RELOAD_MS);
  });
}
setInterval(() => {
  if (!document.hidden) void redraw();
}, REDRAW_MS);
