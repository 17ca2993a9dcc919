// Draws the charts. Each figure[data-chart] carries its description (Vega-Lite) as JSON; the library comes when
// the first one is seen. Expressions are interpreted, not compiled ("ast"): the content policy allows no eval.

const drawn = new WeakMap(); // place -> {text, width, done}
let library;

function charts(url) {
  library ??= import(url).then(() => window.accalmieCharts);
  return library;
}

// Vega-Lite cannot fill the width with panes below each other: the width is put in as a number.
function sized(spec, width) {
  const pane = (one) => ({ ...one, width });
  const params = spec.params.map((one) => (one.name === "room" ? { ...one, value: width } : one));
  return spec.vconcat ? { ...spec, params, vconcat: spec.vconcat.map(pane) } : { ...spec, params, width };
}

function room(spec, place) {
  const padding = spec.padding || { left: 0, right: 0 };
  const axis = spec.padding ? 46 : 0;
  return Math.max(120, place.clientWidth - axis - (padding.left || 0) - (padding.right || 0));
}

async function draw(figure) {
  const place = figure.querySelector(".chart-place");
  const source = figure.querySelector("script[type='application/json']");
  if (!place || !source || !place.clientWidth) return;
  const before = drawn.get(place);
  const text = source.textContent;
  if (before && before.width === place.clientWidth && before.text === text) return;
  drawn.set(place, { ...before, text, width: place.clientWidth });
  const { embed, numbers } = await charts(figure.dataset.library);
  const spec = JSON.parse(text);
  // Drawn aside and put in when done, so that nothing flickers while the next figures come in.
  const aside = document.createElement("div");
  try {
    const result = await embed(aside, sized(spec, room(spec, place)), {
      mode: "vega-lite",
      ast: true,
      renderer: "svg",
      actions: false,
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true, theme: "house", formatTooltip: told },
      formatLocale: numbers[document.documentElement.lang.slice(0, 2)] || numbers.en,
    });
    if (drawn.get(place).text !== text) return result.finalize();
    drawn.get(place).done?.();
    drawn.get(place).done = () => result.finalize();
    place.replaceChildren(...aside.children);
    place.dataset.state = "drawn";
    // Whoever plays with the chart (replay.js) has its view here.
    figure.chart = result.view;
    figure.dispatchEvent(new CustomEvent("accalmie:drawn"));
    if (figure.dataset.pick) result.view.addEventListener("click", (event, item) => pick(figure, item));
  } catch (error) {
    place.dataset.state = "failed";
    console.error("A chart could not be drawn; its table holds the same figures.", error);
  }
}

// The tooltip's lines, as text: what others wrote never becomes HTML.
function told(value, sanitize) {
  if (typeof value !== "object") return sanitize(value);
  return Object.entries(value)
    .filter(([, figure]) => figure !== "")
    .map(([name, figure], n) => (n ? `<span>${sanitize(name)}</span> ${sanitize(figure)}` : `<b>${sanitize(figure)}</b>`))
    .join("<br>");
}

function pick(figure, item) {
  const { a, b, n } = item?.datum || {};
  if (a === undefined || b === undefined) return;
  const address = new URL(figure.dataset.pick, location.href);
  address.searchParams.set("since", new Date(a).toISOString());
  address.searchParams.set("until", new Date(b).toISOString());
  document.dispatchEvent(new CustomEvent("accalmie:pick", { detail: { address: address.href } }));
}

function drawAll(within = document) {
  within.querySelectorAll("figure[data-chart]").forEach(draw);
}

let wait;
new ResizeObserver(() => {
  clearTimeout(wait);
  wait = setTimeout(drawAll, 120);
}).observe(document.documentElement);
document.addEventListener("htmx:afterSettle", () => drawAll());
drawAll();
