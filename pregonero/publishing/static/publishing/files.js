// Acts on a file without leaving the page: its progress and its result stand beside it. Without this, the page reloads.
const form = document.getElementById("editor");
let act = null; // what is under way: its account's part, and the fields as they were sent

const fields = (part) => [...part.querySelectorAll("input, textarea, select")].filter((field) => field.name && field.type !== "file");
const value = (field) => (field.type === "checkbox" ? field.checked : field.value);
const values = (part) => new Map(fields(part).map((field) => [field.id || field.name, value(field)]));
const result = (part) => part.querySelector(".file-result");

function show(part, words, percent) {
  const place = result(part);
  const bar = document.createElement("progress");
  bar.max = 100;
  if (percent !== undefined) bar.value = percent;
  bar.setAttribute("aria-label", words);
  place.replaceChildren(bar, ` ${words}`);
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
  if (place.querySelector("progress")) place.textContent = "No se pudo. El archivo sigue elegido: inténtalo otra vez.";
  const saved = place.querySelector("[data-revision]") ?? (place.querySelector(".note.ok") ? document.querySelector("#save-state [data-revision]") : null);
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
  act = null;
  document.dispatchEvent(new CustomEvent("file:ended", { detail: { version, revision: saved?.dataset.revision } }));
}

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
