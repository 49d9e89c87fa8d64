// @ts-check
// Fragment swaps: a search form or link with `data-swap="#id"` replaces that element, not the page.
//
// The same address is fetched with the header `x-swap: id`; the answer may be the whole page or
// only the part, and the element with that id is taken out of it. Address, focus and history stay
// as a full load would leave them, and anything unexpected falls back to the full load. Only reading
// is swapped: what changes something is always sent by the browser itself, once.

/** @param {string} address @param {string} target */
async function swap(address, target) {
  const old = document.querySelector(target);
  if (!old) throw new Error(`nothing to swap at ${target}`);
  old.setAttribute("aria-busy", "true");
  const response = await fetch(address, {
    headers: { accept: "text/html", "x-swap": target.slice(1) },
  });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector(target);
  if (!response.ok || !fresh) throw new Error(`no ${target} in the answer`);
  const focused = document.activeElement?.id;
  old.replaceWith(fresh);
  history.replaceState({ swap: true }, "");
  history.pushState({ swap: true }, "", response.url);
  if (focused) document.getElementById(focused)?.focus();
  const announcer = document.querySelector("[data-announce]");
  if (announcer) announcer.textContent = fresh.querySelector("p")?.textContent ?? "";
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const target = form.dataset.swap;
  if (!target || form.method !== "get") return;
  event.preventDefault();
  const asked = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  swap(`${form.action}?${asked}`, target).catch(() => form.submit());
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const from = /** @type {Element} */ (event.target);
  const link = /** @type {HTMLAnchorElement | null} */ (from.closest("a[data-swap]"));
  if (!link?.dataset.swap) return;
  event.preventDefault();
  swap(link.href, link.dataset.swap).catch(() => location.assign(link.href));
});

// A swapped page goes back by loading the address it had.
addEventListener("popstate", (event) => {
  if (event.state?.swap) location.reload();
});
