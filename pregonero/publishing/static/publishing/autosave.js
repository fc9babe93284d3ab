// Nothing that is written is lost: a draft is saved while it is written, what is not saved yet is copied in this browser,
// and leaving the page with unsaved changes asks first. One request that saves at a time: the next one carries the
// revision that the last one left.
const IDLE = 2500; // milliseconds without writing
const LONGEST = 15000; // milliseconds between two savings of somebody who does not stop
const LOCAL = 300; // milliseconds until the copy in this browser
const form = document.getElementById("editor");
const reviewer = document.getElementById("reviewer");
const key = form.dataset.copy;
const isDraft = form.dataset.state === "DRAFT";
// What is not part of the saved text: the minute, files, and the words of a file that is not uploaded yet.
const APART = /^(csrfmiddlewaretoken|revision|day|hour|vista|opened_by|kept|subir\d+-.*|junto\d+-.*|arreglo\d+-.*)$/;

let version = 0; // counts the changes on the page
let savedVersion = form.dataset.unsaved === undefined ? 0 : -1;
let lastSaved = Date.now();
let idleTimer;
let localTimer;
let sending = null; // the version that is being saved
let waiting = null; // the button pressed meanwhile
let leaving = false;
let blocked = false; // the session is over
let conflicted = false; // somebody else saved: the person compares first

const dirty = () => version !== savedVersion;
const named = () => [...form.elements].filter((field) => field.name && !APART.test(field.name) && field.type !== "file");

function texts() {
  const said = {};
  const add = (name, value) => (said[name] ??= []).push(value);
  for (const field of named()) {
    if (field.type === "checkbox") add(field.name, field.checked);
    else if (field.type !== "submit") add(field.name, field.value);
  }
  return said;
}

function copy() {
  try {
    if (dirty()) localStorage.setItem(key, JSON.stringify({ at: Date.now(), texts: texts() }));
    else localStorage.removeItem(key);
  } catch {
    // A browser without storage, or full: the text is still on the page.
  }
}

function save() {
  clearTimeout(idleTimer);
  if (!isDraft || blocked || conflicted || form.dataset.busy || sending !== null || !dirty()) return;
  htmx.trigger(reviewer, "autosave");
}

function changed(event) {
  if (!event.target.name || APART.test(event.target.name)) return;
  version += 1;
  clearTimeout(idleTimer);
  idleTimer = setTimeout(save, Date.now() - lastSaved > LONGEST ? 0 : IDLE);
  clearTimeout(localTimer);
  localTimer = setTimeout(copy, LOCAL);
}

form.addEventListener("input", changed);
form.addEventListener("change", (event) => event.target.matches("select, [type=checkbox]") || event.isTrusted === false ? null : save());

reviewer.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.triggeringEvent?.type !== "autosave" || sending !== null) return;
  event.detail.parameters.autosave = "1";
  sending = version;
});

reviewer.addEventListener("htmx:afterRequest", (event) => {
  if (sending === null || !event.detail.requestConfig.parameters.autosave) return;
  const result = event.detail.successful ? document.querySelector("#save-state [data-kind]")?.dataset : null;
  const told = result?.kind ?? "";
  conflicted = told === "conflict";
  if (told === "saved") {
    savedVersion = sending;
    form.elements.revision.value = result.revision;
  }
  sending = null;
  lastSaved = Date.now();
  copy();
  if (told === "saved" && dirty()) idleTimer = setTimeout(save, IDLE);
  if (waiting) press(waiting);
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  reviewer.addEventListener(name, () => say("sin conexión: lo que escribes queda en este equipo"));
}

function say(words) {
  const tag = document.querySelector("#save-state .tag");
  tag.className = "tag wait";
  tag.textContent = words;
}

// A button pressed while a saving is under way waits for its revision; otherwise it would find a conflict with itself.
function press(button) {
  waiting = null;
  const now = button.isConnected ? button : [...form.elements].find((other) => other.type === "submit" && other.formAction === button.formAction);
  form.requestSubmit(now);
}

form.addEventListener("submit", (event) => {
  if (blocked) {
    event.preventDefault();
    copy();
    document.getElementById("session").scrollIntoView({ block: "nearest" });
  } else if (sending !== null || form.dataset.busy) {
    event.preventDefault();
    waiting = event.submitter;
  } else {
    copy();
    if (event.submitter?.closest(".media")) event.preventDefault();
    leaving = !event.defaultPrevented;
    if (!leaving) document.dispatchEvent(new CustomEvent("file:act", { detail: { button: event.submitter, version } }));
  }
});

// An act on a file saved the texts too, as they were when it started.
document.addEventListener("file:ended", ({ detail }) => {
  if (detail.revision) {
    form.elements.revision.value = detail.revision;
    savedVersion = detail.version;
  }
  lastSaved = Date.now();
  copy();
  if (waiting) press(waiting);
  else if (dirty()) idleTimer = setTimeout(save, IDLE);
});

window.addEventListener("beforeunload", (event) => {
  if (leaving || !dirty()) return;
  copy();
  event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    copy();
    save();
  }
});
window.addEventListener("pageshow", () => {
  leaving = false;
});

document.addEventListener("session:ended", () => {
  blocked = true;
  sending = null;
  waiting = null;
  copy();
  say("sin guardar: tu sesión terminó");
});
document.addEventListener("session:restored", () => {
  blocked = false;
  if (isDraft && dirty()) save();
  else htmx.trigger(form, "input");
});

// What was left in this browser: offered if it says something else than the page.
function differences(kept) {
  const now = texts();
  return Object.keys(kept).filter((name) => now[name] && JSON.stringify(now[name]) !== JSON.stringify(kept[name]));
}

function restore(kept) {
  for (const name of differences(kept)) {
    const fields = named().filter((field) => field.name === name);
    kept[name].forEach((value, at) => {
      const field = fields[at];
      if (!field) return;
      if (field.type === "checkbox") field.checked = value;
      else field.value = value;
    });
  }
  form.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }));
}

function offer() {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    kept = null;
  }
  if (!kept || !differences(kept.texts).length) return;
  const place = document.getElementById("kept");
  place.innerHTML = document.getElementById("kept-note").firstChild.data; // a comment: text browsers show a template
  place.querySelector("[data-when]").textContent = new Intl.DateTimeFormat("es-CO", { dateStyle: "long", timeStyle: "short" }).format(kept.at);
  place.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-kept]")?.dataset.kept;
    if (!act) return;
    if (act === "restore") restore(kept.texts);
    else localStorage.removeItem(key);
    place.replaceChildren();
  });
}
offer();
