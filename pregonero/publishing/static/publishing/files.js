// Acts on a file without leaving the page: its progress and its result stand beside it. Without this, the page reloads.
// Files that are chosen, dropped or pasted wait in a queue and go up one by one.
const form = document.getElementById("editor");
let act = null; // what is under way: its account's part, and the fields as they were sent

const fields = (part) => [...part.querySelectorAll("input, textarea, select")].filter((field) => field.name && field.type !== "file");
const value = (field) => (field.type === "checkbox" ? field.checked : field.value);
const values = (part) => new Map(fields(part).map((field) => [field.id || field.name, value(field)]));
const result = (part) => part.querySelector(".file-result");

// What waits to go up, goes up, or could not, of each account's part.
const queue = [];
const current = () => queue.find((item) => item.state === "sending");

function bar(words, percent) {
  const element = document.createElement("progress");
  element.max = 100;
  if (percent !== undefined) element.value = percent;
  element.setAttribute("aria-label", words);
  return element;
}

function line(item) {
  const element = document.createElement("li");
  element.className = item.state;
  element.append(`${item.file.name}: `);
  if (item.state === "sending") element.append(bar(item.words, item.percent), ` ${item.words}`);
  else element.append(item.words);
  if (item.state === "bad") {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link";
    again.textContent = "Reintentar";
    again.setAttribute("aria-label", `Reintentar ${item.file.name}`);
    again.addEventListener("click", () => {
      Object.assign(item, { state: "waiting", words: "en espera" });
      next();
    });
    element.append(" ", again);
  }
  return element;
}

function draw(id) {
  const items = queue.filter((item) => item.part === id);
  document.querySelector(`#${id} .queue`)?.replaceChildren(...items.map(line));
}

function add(part, files) {
  for (const file of files) queue.push({ part: part.id, file, state: "waiting", words: "en espera" });
  draw(part.id);
  next();
}

function next() {
  const item = queue.find(({ state }) => state === "waiting");
  if (!item || act || current()) return;
  const part = document.getElementById(item.part);
  const input = part.querySelector('.drop input[type="file"]');
  const one = new DataTransfer();
  one.items.add(item.file);
  input.files = one.files;
  Object.assign(item, { state: "sending", words: "Un momento…", percent: undefined });
  draw(item.part);
  form.requestSubmit(part.querySelector(".send button"));
}

// How it ended; a file that could not go up stays in the list, with the reason.
function settle(part, place) {
  const item = current();
  if (!item) return;
  const bad = place.querySelector(".note.bad");
  if (bad || !place.querySelector(".note.ok")) {
    Object.assign(item, { state: "bad", words: bad?.textContent.trim() || place.textContent });
    place.replaceChildren();
  } else queue.splice(queue.indexOf(item), 1);
  const input = part.querySelector('.drop input[type="file"]');
  if (input) input.value = "";
  for (const id of new Set([item.part, ...queue.map((each) => each.part)])) draw(id);
}

function show(part, words, percent) {
  const item = current();
  if (item?.part === part.id) {
    Object.assign(item, { words, percent });
    draw(part.id);
    return;
  }
  result(part).replaceChildren(bar(words, percent), ` ${words}`);
}

document.addEventListener("file:act", async ({ detail }) => {
  const part = detail.button.closest(".account-part");
  act = { id: part.id, sent: values(part), typed: null };
  form.dataset.busy = "1";
  for (const button of part.querySelectorAll(".media button")) button.disabled = true;
  show(part, "Un momento…");
  // The first argument of a request from a form's button: its fields, its file and its address.
  detail.button.disabled = false;
  try {
    await htmx.ajax("POST", detail.button.formAction, { source: detail.button, target: `#${part.id}`, swap: "outerHTML" });
  } catch {
    // No connection: the place of the result says so.
  }
  end(detail.version);
});

function end(version) {
  delete form.dataset.busy;
  const part = document.getElementById(act.id);
  for (const button of part.querySelectorAll(".media button")) button.disabled = false;
  const place = result(part);
  if (place.querySelector("progress")) place.textContent = "No se pudo: revisa la conexión e inténtalo otra vez.";
  const saved = place.querySelector("[data-revision]") ?? (place.querySelector(".note.ok") ? document.querySelector("#save-state [data-revision]") : null);
  const isUpload = Boolean(current());
  settle(part, place);
  if (!isUpload) place.focus({ preventScroll: true });
  (part.querySelector(".queue .bad") ?? place).scrollIntoView({ block: "nearest" });
  act = null;
  document.dispatchEvent(new CustomEvent("file:ended", { detail: { version, revision: saved?.dataset.revision } }));
  next();
}

form.addEventListener("change", ({ target }) => {
  if (!target.matches('.add-media[data-auto] .drop input[type="file"]') || !target.files.length || current()) return;
  const files = [...target.files];
  target.value = "";
  add(target.closest(".account-part"), files);
});

// The part that takes what is dropped or pasted: the one that is open, or the first for all networks.
function taker() {
  const open = [...document.querySelectorAll(".account-part")].find((part) => !part.hidden);
  if (open?.querySelector(".add-media[data-auto]")) return open;
  const zone = document.querySelector(".add-media[data-auto]");
  if (!zone) return null;
  zone.querySelector('input[type="checkbox"]').checked = true;
  return zone.closest(".account-part");
}

function take(event, transfer) {
  const files = [...(transfer?.files ?? [])];
  const part = files.length && taker();
  if (!part) return;
  event.preventDefault();
  add(part, files);
}

document.addEventListener("paste", (event) => take(event, event.clipboardData));
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault(); // otherwise the browser leaves the page to show the file
  form.dataset.dragging = "";
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) delete form.dataset.dragging;
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  delete form.dataset.dragging;
  event.preventDefault();
  take(event, event.dataTransfer);
});

form.addEventListener("htmx:xhr:progress", ({ detail }) => {
  if (!act || !detail.lengthComputable) return;
  const percent = Math.round((detail.loaded / detail.total) * 100);
  show(document.getElementById(act.id), percent < 100 ? `Subiendo: ${percent} %` : "Recibido; lo estamos revisando…", percent);
});

// What was typed while the file went up stays.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!act || detail.target.id !== act.id) return;
  const now = values(detail.target);
  act.typed = [...now].filter(([name, said]) => act.sent.get(name) !== said);
});
document.body.addEventListener("htmx:afterSwap", () => {
  if (!act?.typed) return;
  const typed = new Map(act.typed);
  for (const field of fields(document.getElementById(act.id))) {
    const said = typed.get(field.id || field.name);
    if (said === undefined) continue;
    if (field.type === "checkbox") field.checked = said;
    else field.value = said;
  }
  act.typed = null;
});
