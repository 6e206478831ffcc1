"use strict";
// The page of the simulator: it sends what is said, and shows its parts again when the
// server says that something has changed. Everything shown is made by the server.

const at = (id) => document.getElementById(id);
let shownTurn = 0; // the turn whose details are open; 0: none

const loaded = new Map(); // what was last put into each element

// load replaces an element's content by what the server shows, unless that is there already,
// and keeps the focus and what is open.
async function load(element, path) {
  const answer = await fetch(path);
  if (!answer.ok) return false;
  const text = await answer.text();
  if (loaded.get(element) === text) return true;
  loaded.set(element, text);
  const open = [...element.querySelectorAll("details[open]")].map((details) => details.id);
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  element.replaceChildren(...parsed(text));
  for (const id of open) if (at(id)) at(id).open = true;
  if (focused && at(focused)) at(focused).focus({ preventScroll: true });
  return true;
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html").body.childNodes;
}

// addTurns adds the new turns only, so that a screen reader reads no old one again.
async function addTurns() {
  const list = at("turns");
  const last = list.querySelector("li:last-of-type");
  const answer = await fetch("/part/conversation?after=" + (last ? last.dataset.n : 0));
  if (!answer.ok) return;
  const text = await answer.text();
  const known = list.querySelector("li:last-of-type");
  if (known !== last) return; // another notice was quicker
  const added = [...new DOMParser().parseFromString("<ol>" + text + "</ol>", "text/html").querySelectorAll("li")];
  if (added.length === 0) return;
  list.append(...added);
  at("conversation").scrollTop = at("conversation").scrollHeight;
  const newest = added[added.length - 1].querySelector("[data-turn]");
  if (newest) await showTurn(newest.dataset.turn);
}

async function showTurn(n) {
  if (await load(at("turn"), "/turn/" + n)) shownTurn = n;
}

let refreshing = false, again = false;
async function refresh() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  do {
    again = false;
    try {
      await Promise.all([addTurns(), load(at("devices"), "/part/devices"), load(at("faults"), "/part/faults"), load(at("monitoring"), "/part/monitoring"), at("homes") && load(at("homes"), "/part/homes")]);
    } catch (_) { /* the server is gone: the stream says so */ }
  } while (again);
  refreshing = false;
}

function problem(text) { at("problem").textContent = text; }

// post sends an action. What changes a deployed home is asked about first.
async function post(path, fields) {
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    problem("");
    if (answer.status === 409) return confirmed(path, fields, await answer.text());
    if (!answer.ok) problem(await answer.text());
  } catch (_) {
    problem("The simulator does not answer: it has ended. Start it again.");
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

function confirmed(path, fields, question) {
  const dialog = at("ask");
  at("question").textContent = question;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") post(path, { ...fields, confirmed: "yes" });
  }, { once: true });
  dialog.showModal();
}

const said = []; // what was typed, for the arrow keys
let back = 0;

at("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = at("sentence");
  const sentence = input.value.trim();
  if (sentence) said.push(sentence);
  back = 0;
  input.value = "";
  post("/say", { sentence });
});

at("sentence").addEventListener("keydown", (event) => {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown" || !event.altKey) return;
  event.preventDefault();
  back = Math.min(said.length, Math.max(0, back + (event.key === "ArrowUp" ? 1 : -1)));
  event.target.value = back ? said[said.length - back] : "";
});

let typed = 0;
at("sentence").addEventListener("input", async (event) => {
  const mine = ++typed;
  const answer = await fetch("/complete?typed=" + encodeURIComponent(event.target.value));
  if (!answer.ok || mine !== typed) return;
  at("sentences").replaceChildren(...(await answer.json()).map((sentence) => {
    const option = document.createElement("option");
    option.value = sentence;
    return option;
  }));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if (data.say) post("/say", { sentence: data.say });
  else if (data.fault) post("/fault", { name: data.fault, much: button.getAttribute("aria-checked") === "true" ? "" : data.much, on: button.getAttribute("aria-checked") !== "true" });
  else if (data.post) post(data.post, data.n ? { n: data.n } : data.stage ? { stage: data.stage } : {});
  else if (data.turn) showTurn(data.turn).then(() => at("turn-title").focus());
});

document.addEventListener("change", (event) => {
  const say = event.target.dataset.say;
  if (say && event.target.value !== "") post("/say", { sentence: say.replace("#", Number(event.target.value)) });
});

const stream = new EventSource("/events");
stream.addEventListener("message", refresh);
stream.addEventListener("error", () => {
  document.documentElement.dataset.live = "no";
  problem("The simulator does not answer: it has ended, or the connection is broken.");
});
stream.addEventListener("open", () => {
  document.documentElement.dataset.live = "yes";
  problem("");
});
