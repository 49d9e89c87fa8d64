// @ts-check
// A page that waits for somebody else: shows what came of it as soon as it has come.
//
// A link with `data-wait="…"` leads to its own page as it is by then. Every few seconds that page is
// fetched; once the element that the selector names reads otherwise, the link is followed, unless
// something typed here would be lost: then the words of `data-came` are said beside the link.
// Without this script the link is pressed by hand.

const LOOK_EVERY_MS = 5_000;

const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[data-wait]"));

/** @param {ParentNode} page @param {HTMLAnchorElement} link */
const reads = (page, link) => page.querySelector(link.dataset.wait ?? "")?.textContent;

function hasTyped() {
  const fields = document.querySelectorAll("main input, main select, main textarea");
  return [...fields].some((field) => {
    if (field instanceof HTMLSelectElement) {
      const chosen = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(chosen, 0);
    }
    const input = /** @type {HTMLInputElement} */ (field);
    return input.value !== input.defaultValue || input.checked !== input.defaultChecked;
  });
}

/** @param {HTMLAnchorElement} link */
async function look(link) {
  const here = reads(document, link);
  const response = await fetch(link.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (response?.ok && !response.redirected) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const there = reads(page, link);
    if (there && there !== here) {
      if (!hasTyped()) return location.assign(link.href);
      const told = link.previousElementSibling;
      if (told) told.textContent = (link.dataset.came ?? "").replace("…", there);
      return;
    }
  }
  setTimeout(look, LOOK_EVERY_MS, link);
}

if (link) setTimeout(look, LOOK_EVERY_MS, link);
