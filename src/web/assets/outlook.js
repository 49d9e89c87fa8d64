// @ts-check
// The outlook's crosshair: one day of the chart at a time, by pointer or by the arrow keys, in words.
//
// The days and their sentences are the chart's own (`.day` and its `<title>`); nothing is fetched.
// For a keyboard and a screen reader the chart becomes a slider over its days, whose value is the
// sentence. Without this script the same stands in the titles and in the table beneath.

const chart = /** @type {SVGSVGElement | null} */ (document.querySelector("svg.outlook-chart"));
const reading = /** @type {HTMLElement | null} */ (document.querySelector("[data-reading]"));
const days = /** @type {SVGGElement[]} */ ([...(chart?.querySelectorAll(".day") ?? [])]);

/** @param {SVGSVGElement} chart @param {HTMLElement} reading */
function follow(chart, reading) {
  const hair = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const middles = days.map((day) => Number(day.dataset.x));
  const today = days.findIndex((day) => "today" in day.dataset);
  const last = days.length - 1;
  let at = today < 0 ? last : today;

  /** @param {number} place */
  function show(place) {
    at = Math.min(Math.max(place, 0), last);
    const sentence = days[at].querySelector("title")?.textContent ?? "";
    hair.setAttribute("x1", String(middles[at]));
    hair.setAttribute("x2", String(middles[at]));
    hair.classList.add("shown");
    reading.textContent = sentence;
    chart.setAttribute("aria-valuenow", String(at + 1));
    chart.setAttribute("aria-valuetext", sentence);
  }

  function rest() {
    hair.classList.remove("shown");
    reading.textContent = reading.dataset.reading ?? "";
  }

  /** @param {PointerEvent} event */
  function point(event) {
    const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      chart.getScreenCTM()?.inverse(),
    ).x;
    const far = middles.map((middle) => Math.abs(middle - x));
    show(far.indexOf(Math.min(...far)));
  }

  /** @type {Record<string, () => number>} */
  const keys = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    ArrowDown: () => at - 1,
    ArrowUp: () => at + 1,
    Home: () => 0,
    End: () => last,
  };

  hair.setAttribute("class", "crosshair");
  hair.setAttribute("y1", "30");
  hair.setAttribute("y2", "284");
  // Beneath the values, which stay legible.
  chart.insertBefore(hair, chart.querySelector(".value"));
  chart.setAttribute("role", "slider");
  chart.setAttribute("tabindex", "0");
  chart.setAttribute("aria-valuemin", "1");
  chart.setAttribute("aria-valuemax", String(days.length));
  reading.hidden = false;
  show(at);
  rest();

  chart.addEventListener("pointermove", point);
  chart.addEventListener("pointerdown", point);
  chart.addEventListener("pointerleave", rest);
  chart.addEventListener("focus", () => show(at));
  chart.addEventListener("blur", rest);
  chart.addEventListener("keydown", (event) => {
    if (event.key === "Escape") rest();
    const place = keys[event.key]?.();
    if (place === undefined) return;
    event.preventDefault();
    show(place);
    days[at].scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

if (chart && reading && days.length > 0) follow(chart, reading);
