// Shows one account at a time: its text, and its preview beside. Without this, styles show the one that the address names.
const form = document.getElementById("editor");
const parts = () => [...document.querySelectorAll(".account-part")];
const tabs = [...form.querySelectorAll(".nettabs a")];
const place = `${form.dataset.copy}:parte`; // where the open part is kept while an act of the form loads the next page
let shown = location.hash.slice(1) || left(); // the id of the part that is open

function left() {
  try {
    const id = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    return id ?? "";
  } catch {
    return ""; // a browser without storage opens at the part that the page says
  }
}

document.addEventListener("submit", (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  try {
    sessionStorage.setItem(place, shown);
  } catch {
    // The next page opens at the part that it says.
  }
});

function show(id) {
  shown = id;
  for (const part of parts()) part.hidden = part.id !== id;
  const previews = [...document.querySelectorAll(".account-preview")];
  const open = previews.find((preview) => `red-${preview.dataset.account}` === id) ?? (id === "general" ? previews[0] : null);
  for (const preview of previews) preview.hidden = preview !== open;
  for (const tab of tabs) {
    if (tab.hash === `#${id}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  form.dataset.ready = "";
}

function current() {
  const all = parts();
  if (all.some((part) => part.id === shown)) return shown;
  return (all.find((part) => part.querySelector("[aria-invalid]")) ?? all.find((part) => "first" in part.dataset) ?? all[0])?.id;
}

// Opens the account and the details where an element is, and puts the focus on it.
function reveal(id) {
  const element = document.getElementById(id);
  if (!element) return;
  const part = element.closest(".account-part");
  if (part) show(part.id);
  for (let details = element.closest("details"); details; details = details.parentElement.closest("details")) details.open = true;
  if (element === part) return;
  if (!element.matches("input, textarea, select, button, a, [tabindex]")) element.tabIndex = -1;
  element.focus();
  element.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('#editor a[href^="#"], #not-done a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  reveal(link.hash.slice(1));
  // Loading the page again leads to the same part. Until it is loaded, the browser would take the focus to the fragment.
  if (shown) history.replaceState(null, "", `#${shown}`);
});

// The text for all networks reaches each account as the server adapted it, unless somebody wrote there meanwhile.
const derived = new Map();
for (const field of form.querySelectorAll('input[name$="-shown"]')) {
  const area = form.elements[field.name.replace("-shown", "-text")];
  derived.set(area.name, area.value);
}

function spread() {
  for (const { dataset } of document.querySelectorAll("#review [data-derived]")) {
    const area = form.elements[`${dataset.derived}-text`];
    if (!area || area.value !== derived.get(area.name)) continue;
    area.value = dataset.text;
    form.elements[`${dataset.derived}-shown`].value = dataset.shown;
    derived.set(area.name, area.value);
  }
}

document.body.addEventListener("htmx:afterSettle", () => {
  spread();
  show(current());
});
show(current());
const wrong = document.querySelector("#not-done[data-focus]");
if (wrong) reveal(wrong.dataset.focus);

// The button and the folded date say the hour that is chosen.
const minute = form.querySelector(".minute");
const DAY = 86400000;
function tellMinute() {
  const day = form.elements.day.value;
  const hour = form.elements.hour.value;
  const date = new Date(`${day}T12:00:00`);
  const days = Math.round((date - new Date().setHours(12, 0, 0, 0)) / DAY);
  const words = { 0: "Hoy", 1: "Mañana" }[days] ?? new Intl.DateTimeFormat("es-CO", { weekday: "short", day: "numeric", month: "short" }).format(date);
  if (day) minute.querySelector("[data-when]").textContent = `${words} ${hour}`;
  form.querySelector(".departure [data-hour]").textContent = hour;
}
minute.addEventListener("input", tellMinute);

// Shows what a version would keep of the picture, as soon as it is chosen.
const KEPT = { centre: "xMidYMid slice", top: "xMidYMin slice", bottom: "xMidYMax slice" };
form.addEventListener("change", ({ target }) => {
  const image = target.closest(".src")?.querySelector("svg.crop image");
  if (!image) return;
  if (target.name.endsWith("-focus")) image.setAttribute("preserveAspectRatio", KEPT[target.value]);
  if (target.name.endsWith("-ratio") && target.value) {
    const [wide, high] = target.value.split(":").map(Number);
    image.ownerSVGElement.setAttribute("viewBox", `0 0 ${wide * 100} ${high * 100}`);
  }
});
