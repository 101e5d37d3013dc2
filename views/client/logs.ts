// Adds new entries of the log on top of the list as they come. Everything in them is put in as text.
import { need } from "./need.ts";

interface Entry {
  readonly timestamp: string;
  readonly level: string;
  readonly message: string;
  readonly correlation_id?: string;
  readonly [field: string]: unknown;
}

/** More would make the page slow; older ones stand in the files. */
const MAX_SHOWN = 500;
const RELOAD_MS = 5000;
const TONES: Readonly<Record<string, string>> = { error: "bad", warn: "warn", info: "info" };
/** The fields that tell entries with the same message apart. */
const DIGEST = ["method", "url", "status_code", "model", "duration_ms"];

const list = need("log");
const source = need("log-source");
const sign = need("live-state");
const pause = need("pause");

let isPaused = false;
/** What came while the list was paused, oldest first. */
let waiting: Entry[] = [];

function element(name: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}

function digestOf(fields: Partial<Entry>): string {
  const parts = DIGEST.flatMap((name) => {
    const value = fields[name];
    if (typeof value !== "string" && typeof value !== "number") return [];
    if (name === "duration_ms") return [`${value} ms`];
    return [name === "url" ? String(value).replace(/^https?:\/\/[^/]+/, "") : String(value)];
  });
  return parts.join(" ");
}

function lineOf({ timestamp, level, message, ...fields }: Entry): HTMLElement {
  const time = document.createElement("time");
  time.textContent = timestamp.slice(0, 23).replace("T", " ");
  time.dateTime = timestamp;
  const text = element("span", "log-message");
  text.append(element("span", "", message), " ", element("span", "quiet small", digestOf(fields)));
  const summary = element("summary");
  summary.append(time, element("span", `badge ${TONES[level] ?? "plain"}`, level), text);
  const details = element("details");
  details.append(summary, element("pre", "small", JSON.stringify(fields, null, 2)));
  if (fields.correlation_id !== undefined) {
    const link = document.createElement("a");
    link.className = "small";
    link.textContent = "The prompt it belongs to";
    link.href = (source.dataset.history ?? "") + encodeURIComponent(fields.correlation_id);
    details.append(link);
  }
  const line = element("li", "fresh");
  line.append(details);
  return line;
}

function show(entry: Entry): void {
  list.prepend(lineOf(entry));
  while (list.children.length > MAX_SHOWN) list.lastElementChild?.remove();
}

function say(): void {
  const count = waiting.length === MAX_SHOWN ? `${MAX_SHOWN} or more` : waiting.length;
  sign.textContent = isPaused ? `Paused, ${count} new` : "Live";
}

const events = new EventSource(source.dataset.events ?? "");
events.addEventListener("log", ({ data }) => {
  const entry = JSON.parse(data) as Entry;
  if (!isPaused) {
    show(entry);
    return;
  }
  waiting.push(entry);
  waiting = waiting.slice(-MAX_SHOWN);
  say();
});
events.addEventListener("open", say);
events.addEventListener("error", () => {
  sign.textContent = "Connection lost, trying again …";
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), RELOAD_MS);
});

pause.hidden = false;
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
  pause.textContent = isPaused ? "Go on" : "Pause";
  for (const entry of waiting) show(entry);
  waiting = [];
  say();
});
