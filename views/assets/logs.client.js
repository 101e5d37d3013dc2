// Adds new entries of the log on top of the list as they come. Everything in them is put in as text.
const list = document.getElementById("log");
const source = document.getElementById("log-source");
const sign = document.getElementById("live-state");
const pause = document.getElementById("pause");

/** More would make the page slow; older ones stand in the files. */
const MAX_SHOWN = 500;
const TONES = { error: "bad", warn: "warn", info: "info" };

const DIGEST = ["method", "url", "status_code", "model", "duration_ms"];

let paused = false;
/** What came while the list was paused, oldest first. */
let waiting = [];

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function messageOf(message, fields) {
  const digest = DIGEST.filter((name) => ["string", "number"].includes(typeof fields[name])).map((name) => {
    if (name === "duration_ms") return `${fields[name]} ms`;
    return name === "url" ? fields.url.replace(/^https?:\/\/[^/]+/, "") : fields[name];
  });
  const made = element("span", "log-message");
  made.append(element("span", "", message), " ", element("span", "quiet small", digest.join(" ")));
  return made;
}

function lineOf({ timestamp, level, message, ...fields }) {
  const time = element("time", "", timestamp.slice(0, 23).replace("T", " "));
  time.dateTime = timestamp;
  const summary = element("summary");
  summary.append(
    time,
    element("span", `badge ${TONES[level] ?? "plain"}`, level),
    messageOf(message, fields),
  );
  const details = element("details");
  details.append(summary, element("pre", "small", JSON.stringify(fields, null, 2)));
  if (fields.correlation_id) {
    const link = element("a", "small", "The prompt it belongs to");
    link.href = source.dataset.history + encodeURIComponent(fields.correlation_id);
    details.append(link);
  }
  const line = element("li", "fresh");
  line.append(details);
  return line;
}

function show(entry) {
  list.prepend(lineOf(entry));
  while (list.children.length > MAX_SHOWN) list.lastElementChild.remove();
}

function say() {
  const count = waiting.length === MAX_SHOWN ? `${MAX_SHOWN} or more` : waiting.length;
  sign.textContent = paused ? `Paused, ${count} new` : "Live";
}

const events = new EventSource(source.dataset.events);
events.addEventListener("log", ({ data }) => {
  const entry = JSON.parse(data);
  if (!paused) {
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
  if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
});

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? "Go on" : "Pause";
  for (const entry of waiting) show(entry);
  waiting = [];
  say();
});
