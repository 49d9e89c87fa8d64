// @ts-check
// Live figures: keeps every `data-live` on the page as the server last counted it.
//
// The server sends events named `figures`, each a JSON object of key → text or number; a key names
// the elements to change. An element with `data-live-value` takes the number as its `value`. The
// browser resumes after a break with `Last-Event-ID` by itself. Where no stream can be had, the
// page is fetched again every 15 seconds and its figures are copied. Whatever the state of the
// connection, it is said in words; figures that may be old are never shown as live.

const state = document.querySelector("[data-live-state]");
const words = document.body.dataset;
const watched = document.querySelector("[data-live]");

const POLL_EVERY_MS = 15_000;
// A stream that fails this often in a row is given up for polling.
const FAILURES_BEFORE_POLLING = 5;

/** @param {string | undefined} text @param {boolean} lost */
function say(text, lost) {
  if (!state || state.textContent === text) return;
  state.textContent = text ?? "";
  state.classList.toggle("lost", lost);
}

/** @param {Element} element @param {string} text */
function show(element, text) {
  if (element.textContent === text) return;
  element.textContent = text;
  element.toggleAttribute("data-zero", text === "0");
  element.classList.remove("changed");
  void (/** @type {HTMLElement} */ (element).offsetWidth);
  element.classList.add("changed");
}

/** @param {Record<string, string | number>} figures */
function update(figures) {
  for (const [key, value] of Object.entries(figures)) {
    const name = CSS.escape(key);
    const text = typeof value === "number" ? value.toLocaleString("en") : value;
    for (const element of document.querySelectorAll(`[data-live="${name}"]`)) show(element, text);
    for (const element of document.querySelectorAll(`[data-live-value="${name}"]`)) {
      element.setAttribute("value", String(value));
    }
  }
}

async function poll() {
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const element of page.querySelectorAll("[data-live]")) {
      const name = CSS.escape(element.getAttribute("data-live") ?? "");
      for (const here of document.querySelectorAll(`[data-live="${name}"]`)) {
        show(here, element.textContent ?? "");
      }
    }
    say(words.polling, false);
  } catch {
    say(words.offline, true);
  }
  setTimeout(poll, POLL_EVERY_MS);
}

function listen() {
  let failures = 0;
  const stream = new EventSource(words.events ?? "");
  stream.addEventListener("open", () => {
    failures = 0;
    say(words.online, false);
  });
  stream.addEventListener("figures", (event) => {
    update(JSON.parse(/** @type {MessageEvent<string>} */ (event).data));
  });
  stream.addEventListener("error", () => {
    failures += 1;
    say(words.offline, true);
    if (stream.readyState === EventSource.CLOSED || failures >= FAILURES_BEFORE_POLLING) {
      stream.close();
      poll();
    }
  });
}

if (watched && words.events) {
  if ("EventSource" in window) listen();
  else poll();
}
