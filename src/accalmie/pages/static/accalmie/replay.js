// Plays a replay: everything that it shows was measured before and came with the page (#replay-data), but the words
// of the shown minute, which are fetched at most once at a time. Nothing is sent out and nothing changes by it.

const panel = document.getElementById("replay");
const data = JSON.parse(document.getElementById("replay-data").textContent);
const play = document.getElementById("replay-play");
const speed = document.getElementById("replay-speed");
const seek = document.getElementById("replay-minute");
const figure = panel.querySelector("figure[data-chart]");
// The whole stretch in so many seconds, when it goes as fast as possible.
const FASTEST = 8;
// Milliseconds between two questions for the words of a minute, and between two moves of the chart's curtain.
const WORDS = 700;
const CURTAIN = 60;

const language = { en: "en-GB", fr: "fr-FR", de: "de-DE" }[document.documentElement.lang.slice(0, 2)] || "en-GB";
// With its year only where it is another one than this; as on the rest of the page.
const year = new Date(data.since * 60000).getUTCFullYear() === new Date().getUTCFullYear() ? {} : { year: "numeric" };
const clock = new Intl.DateTimeFormat(language, {
  timeZone: panel.dataset.zone, ...year, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false,
});
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const degrees = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

let now = data.at; // in minutes, with a fraction while it plays
let playing = false;
let shown = null;

function point(minute) {
  let [low, high] = [0, data.minute.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (data.minute[middle] <= minute) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function put(name, words) {
  panel.querySelectorAll(`[data-show="${name}"]`).forEach((place) => (place.textContent = words));
}

function only(kind, value) {
  panel.querySelectorAll(`[data-${kind}]`).forEach((one) => (one.hidden = one.dataset[kind] !== String(value)));
}

function show() {
  const minute = Math.floor(now);
  if (minute === shown?.minute) return;
  const words = clock.format(new Date(minute * 60000));
  put("clock", words);
  seek.value = minute;
  seek.setAttribute("aria-valuetext", words);
  const at = point(minute);
  if (at >= 0 && at !== shown?.at) {
    only("level", data.level[at]);
    only("phase", data.phases[data.phase[at]]);
    put("fever", degrees.format(data.fever[at]));
    for (const name of ["mentions", "negative", "authors", "expected", "ceiling"]) put(name, whole.format(data[name][at]));
    panel.querySelector("[data-gap]").hidden = !data.gap[at];
    if (shown && data.level[at] !== data.level[shown.at]) tell(words, at);
  }
  reach(minute);
  shown = { minute, at };
  curtain();
  ask();
}

// The list of changes keeps pace: what is still ahead is pale, and the last change stays in view.
const list = document.querySelector(".replay-events");
const changes = [...document.querySelectorAll(".replay-events [data-at]")];
let reached = null;
function reach(minute) {
  const past = changes.filter((one) => Number(one.dataset.at) <= minute).length;
  if (past === reached) return;
  reached = past;
  changes.forEach((one, place) => one.classList.toggle("replay-ahead", place >= past));
  if (list) list.scrollTop = Math.max(0, (changes[past - 1]?.offsetTop ?? 0) - list.clientHeight / 3);
}

// A change of level is said to screen readers, as it was on the night.
function tell(words, at) {
  const level = panel.querySelector(`[data-level="${data.level[at]}"] .level`);
  document.getElementById("announce").textContent = `${words}: ${level.textContent}`;
}

let drawn = figure.chart; // the chart's view, if it was faster than we
let moving = null; // the view whose curtain is on its way
async function curtain() {
  const view = drawn;
  if (!view || moving === view) return;
  moving = view;
  const minute = shown.minute;
  await view.signal("now", (minute + 1) * 60000).runAsync();
  setTimeout(() => {
    if (moving === view) moving = null;
    if (minute !== shown.minute) curtain();
  }, CURTAIN);
}
// Drawn anew (the page has another width now), it is another view: the one before may never answer.
figure.addEventListener("accalmie:drawn", () => {
  drawn = figure.chart;
  curtain();
});

let asked = data.at;
let asking = false;
async function ask() {
  if (asking || asked === shown.minute || document.hidden) return;
  asking = true;
  asked = shown.minute;
  const address = `${panel.dataset.moment}?minute=${asked}`;
  await htmx.ajax("GET", address, { target: "#replay-moment", swap: "outerHTML" }).catch(() => {});
  setTimeout(() => {
    asking = false;
    ask();
  }, WORDS);
}

function go(minute) {
  now = Math.min(Math.max(minute, data.since), data.until - 1);
  show();
}

let last = 0;
function tick(time) {
  if (!playing) return;
  const seconds = Math.min((time - last) / 1000, 0.25);
  last = time;
  const times = Number(speed.value);
  const minutes = times ? (seconds * times) / 60 : (seconds * (data.until - data.since)) / FASTEST;
  go(now + minutes);
  if (now >= data.until - 1) pause();
  else requestAnimationFrame(tick);
}

function start() {
  if (now >= data.until - 1) now = data.since;
  playing = true;
  play.textContent = play.dataset.pause;
  last = performance.now();
  requestAnimationFrame(tick);
}

// Where it stands is kept in the address, for who loads the page again or sends it to somebody.
function pause() {
  playing = false;
  play.textContent = play.dataset.play;
  const address = new URL(location.href);
  address.searchParams.set("since", new Date(data.since * 60000).toISOString());
  address.searchParams.set("until", new Date(data.until * 60000).toISOString());
  address.searchParams.set("minute", Math.floor(now));
  history.replaceState(history.state, "", address);
}

function step(by) {
  pause();
  go(Math.floor(now) + by);
  pause();
}

function change(by) {
  const minute = Math.floor(now);
  const there = by > 0 ? data.events.find((at) => at > minute) : data.events.findLast((at) => at < minute);
  step((there ?? (by > 0 ? data.until - 1 : data.since)) - minute);
}

play.addEventListener("click", () => (playing ? pause() : start()));
seek.addEventListener("input", () => go(Number(seek.value)));
seek.addEventListener("change", () => !playing && pause());
panel.addEventListener("click", (event) => {
  const link = event.target.closest("[data-by], [data-change]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.by) step(Number(link.dataset.by));
  else change(Number(link.dataset.change));
});
list?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-at] > a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  step(Number(link.parentElement.dataset.at) - Math.floor(now));
  panel.scrollIntoView({ block: "nearest" });
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const place = event.target;
  const arrow = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  // A field, a button or a link does with the space bar what it always does.
  if (event.key === " " && !place.closest("a, button, select, summary, input:not(#replay-minute), textarea")) {
    event.preventDefault();
    playing ? pause() : start();
  } else if (arrow && !place.closest("select, textarea, .table-scroll, input:not(#replay-minute)")) {
    event.preventDefault();
    if (event.shiftKey) change(arrow);
    else step(arrow);
  }
});

panel.querySelectorAll("#replay-play, .replay-speed, [data-keys]").forEach((one) => (one.hidden = false));
show();
