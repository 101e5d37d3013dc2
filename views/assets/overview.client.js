// Puts the parts of the overview anew into their place when the service says that something has changed.
const live = document.getElementById("live");
const sign = document.getElementById("live-state");
const REDRAW_MS = 15_000;

let drawing = false;
let again = false;

async function redraw() {
  if (drawing) {
    again = true;
    return;
  }
  drawing = true;
  try {
    const response = await fetch(live.dataset.page, { headers: { accept: "text/html" } });
    // The session has ended: let the browser show the login.
    if (response.redirected) location.reload();
    else if (response.ok) replace(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    // The service is away; the stream says so and comes back by itself.
  } finally {
    drawing = false;
    if (again) {
      again = false;
      redraw();
    }
  }
}

/** Only what is different, so that a selection or the focus in another part stays. */
function replace(page) {
  const fresh = page.getElementById("live");
  if (fresh === null || fresh.children.length !== live.children.length) {
    if (fresh !== null) live.replaceChildren(...fresh.children);
  } else {
    for (const [index, part] of [...fresh.children].entries()) swap(live.children[index], part);
  }
  const badge = page.getElementById("service-state");
  const old = document.getElementById("service-state");
  if (badge && old && badge.outerHTML !== old.outerHTML) old.replaceWith(badge);
}

function swap(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(fresh);
  if (focused !== null)
    fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

const events = new EventSource(live.dataset.events);
events.addEventListener("status", redraw);
events.addEventListener("open", () => {
  sign.textContent = "Live";
});
events.addEventListener("error", () => {
  sign.textContent = "Connection lost, trying again …";
  // After a refusal (the session has ended) the browser gives up; the page itself tells why.
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
});
setInterval(() => {
  if (!document.hidden) redraw();
}, REDRAW_MS);
