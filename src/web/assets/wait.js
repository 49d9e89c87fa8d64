// @ts-check
// A page that waits for somebody else: shows what came of it as soon as it has come.
//
// A link with `data-wait="…"` leads to its own page as it is by then. Every few seconds that page is
// fetched; once the element that the selector names reads otherwise, the link is followed, unless
// something typed here would be lost: then the words of `data-came` are said beside the link.
// Without this script the link is pressed by hand; so it is once an hour has passed, or where the
// page is no longer shown to whoever waits. A page that nobody looks at does not ask.

const LOOK_EVERY_MS = 5_000;
const GIVE_UP_AFTER_MS = 60 * 60_000;
const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;

const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[data-wait]"));

/** @param {ParentNode} page @param {HTMLAnchorElement} link */
const reads = (page, link) => page.querySelector(link.dataset.wait ?? "")?.textContent;

function hasTyped() {
  const fields = document.querySelectorAll("main input, main select, main textarea");
  return [...fields].some((field) => {
    if (field instanceof HTMLSelectElement) {
      const chosen = [...field.options].findIndex((option) => option.defaultSelected);
      return field.options.length > 0 && field.selectedIndex !== Math.max(chosen, 0);
    }
    const input = /** @type {HTMLInputElement} */ (field);
    return input.value !== input.defaultValue || input.checked !== input.defaultChecked;
  });
}

/** What the page reads by now; nothing while it cannot be had. @param {HTMLAnchorElement} link */
async function ask(link) {
  try {
    const response = await fetch(link.href, { headers: { accept: "text/html" } });
    const refused = response.redirected || (response.status >= 400 && response.status < 500);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return { refused, there: response.ok ? reads(page, link) : undefined };
  } catch {
    return { refused: false, there: undefined };
  }
}

/** @param {HTMLAnchorElement} link */
async function look(link) {
  if (Date.now() > giveUpAt) return;
  if (!document.hidden) {
    const { refused, there } = await ask(link);
    if (refused) return;
    if (there && there !== reads(document, link)) {
      if (!hasTyped()) return location.assign(link.href);
      const told = link.previousElementSibling;
      if (told) told.textContent = (link.dataset.came ?? "").replace("…", there);
      return;
    }
  }
  setTimeout(look, LOOK_EVERY_MS, link);
}

if (link) setTimeout(look, LOOK_EVERY_MS, link);
