// Makes pages live. The stream at /live/ names what changed ("topic-7"); every element whose data-live holds that
// name gets the event "live", upon which htmx fetches it again. Where the stream is cut, a slow poll stands in.

const SLOW = 15000;
let stream = null;
let polling = null;

// "topic-7" is also meant by "topic-*", where topics may come that the page does not know yet.
function tell(name) {
  const every = name.replace(/-\d+$/, "-*");
  const asked = `[data-live~="${CSS.escape(name)}"], [data-live~="${CSS.escape(every)}"]`;
  document.querySelectorAll(asked).forEach((element) => htmx.trigger(element, "live"));
}

function tellAll() {
  document.querySelectorAll("[data-live]").forEach((element) => htmx.trigger(element, "live"));
}

// What changes while a part is being fetched is fetched after it: htmx would forget it, for the part that was to ask
// again is replaced by the one that comes. A part is also being fetched when a person asked for another view of it;
// theirs goes first (hx-sync), and an older answer never comes over a newer one.
const owed = new Set();
function asking(part) {
  return part.matches(".htmx-request") || document.querySelector(`.htmx-request[hx-target="#${part.id}"]`) !== null;
}
document.addEventListener("live", ({ target }) => asking(target) && owed.add(target.id), true);
document.addEventListener("htmx:afterSettle", () => {
  const parts = [...owed].map((id) => document.getElementById(id));
  owed.clear();
  parts.forEach((part) => part && !asking(part) && htmx.trigger(part, "live"));
});

function say(state) {
  document.documentElement.dataset.stream = state;
}

function poll(on) {
  if (on && !polling) polling = setInterval(tellAll, SLOW);
  if (!on && polling) polling = clearInterval(polling);
}

// Where to go on from when the line is opened anew: the page begins with the last change that it shows.
let address = document.body.dataset.stream;
function reached({ lastEventId }) {
  address = address.replace(/after=\d*$/, `after=${lastEventId}`);
}

function listen() {
  if (stream || document.hidden || !address) return;
  stream = new EventSource(address);
  stream.onopen = () => {
    say("live");
    poll(false);
  };
  stream.onerror = () => {
    say("cut");
    poll(true);
    // Closed for good (the server said no): try again now and then, as a proxy may only have been restarted.
    if (stream?.readyState === EventSource.CLOSED) {
      stream = null;
      setTimeout(listen, SLOW);
    }
  };
  stream.addEventListener("here", reached);
  stream.addEventListener("changed", (event) => {
    reached(event);
    event.data.split(" ").forEach(tell);
  });
  stream.addEventListener("again", tellAll);
}

// A page in the background asks for nothing: browsers allow six connections to a server, and tabs are many.
function leave() {
  stream?.close();
  stream = null;
  poll(false);
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => event.persisted && listen());

// What the server cannot know: the zone in which this person reads the clock.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${zone}`)) {
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}

// A fragment that could not be fetched is told once, at the top, until one comes again.
function failed(on) {
  document.getElementById("failed").hidden = !on;
}
["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) =>
  document.addEventListener(name, () => failed(true)),
);
document.addEventListener("htmx:beforeSwap", () => failed(false));

// What somebody is just reading does not move by itself: a part with the focus or a moving mouse in it waits, says so
// (.held), and is fetched when they have left. What they asked for themselves always comes.
const READING = 8000;
let byItself = false;
let moved = 0;
function busy(part) {
  return part.matches(":focus-within") || (part.matches(":hover") && Date.now() - moved < READING);
}
document.addEventListener("pointermove", ({ pointerType }) => {
  if (pointerType === "mouse") moved = Date.now();
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  byItself = detail.requestConfig?.triggeringEvent?.type === "live";
  remember(detail.target);
});
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  detail.shouldSwap = !(byItself && busy(detail.target));
  detail.target.classList.toggle("held", !detail.shouldSwap);
});
setInterval(() => {
  const held = [...document.querySelectorAll(".held")];
  if (held.some((part) => !busy(part))) tellAll();
}, 1000);

// Who goes by keyboard keeps their place when the part around it comes again.
const PLACES = "a[href], button, input, select, summary, [tabindex]";
let place = null;
function remember(part) {
  const active = document.activeElement;
  const at = [...part.querySelectorAll(PLACES)].indexOf(active);
  place = at < 0 ? null : { part: part.id, at, words: active.textContent };
}
document.addEventListener("htmx:afterSettle", () => {
  const there = place && document.getElementById(place.part)?.querySelectorAll(PLACES)[place.at];
  if (there && document.activeElement === document.body && there.textContent === place.words) {
    there.focus({ preventScroll: true });
  }
});

// What was opened stays open when its fragment comes again.
const open = new Set();
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.dataset.keep === undefined) return;
    if (target.open) open.add(target.id);
    else if (target.isConnected) open.delete(target.id);
  },
  true,
);

// What changed is said once to screen readers: elements with data-announce and an id, when their words change.
const said = new Map();
function announce(first) {
  document.querySelectorAll("[data-announce]").forEach(({ id, dataset }) => {
    if (!first && said.get(id) !== dataset.announce) document.getElementById("announce").textContent = dataset.announce;
    said.set(id, dataset.announce);
  });
}
document.addEventListener("htmx:afterSettle", () => {
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  announce(false);
});
announce(true);

// What cannot be taken back is asked once more; and a form is sent once, however often one clicks.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = form.dataset.confirm;
  if (form.dataset.sent !== undefined || (question && !confirm(question))) return event.preventDefault();
  if (form.method === "post" && !form.hasAttribute("hx-post")) form.dataset.sent = "";
});
addEventListener("pageshow", () =>
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent),
);

// A stretch of time picked in a chart: what was said then, in the list below.
document.addEventListener("accalmie:pick", (event) => {
  const list = document.getElementById("mentions");
  if (!list) return location.assign(event.detail.address);
  history.pushState({ htmx: true }, "", event.detail.address);
  htmx.ajax("GET", event.detail.address, { source: "#course", target: "#now", swap: "outerHTML" }).then(
    () => document.getElementById("said")?.scrollIntoView({ block: "nearest" }),
    () => {}, // Another view was asked for before this one came.
  );
});

listen();
