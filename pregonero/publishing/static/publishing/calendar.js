// Moves a publication by dragging its card, and asks for its day and hour in the page. Without this the menu of each
// card leads to a page that asks the same.
const dialog = document.getElementById("move-dialog");
const wide = matchMedia("(min-width: 1301px)");
let dragged = null;

const unfold = () => document.querySelectorAll("[data-open-from]").forEach((tray) => (tray.open = wide.matches));
unfold();
wide.addEventListener("change", unfold);

function ask(card, minute) {
  const form = dialog.querySelector("form");
  const [day, hour] = minute.split("T");
  form.action = card.dataset.move;
  dialog.querySelector("[data-what]").textContent = card.dataset.title;
  form.elements.day.value = day;
  form.elements.hour.value = hour;
  dialog.showModal();
}

function drop(card, minute) {
  if (card.dataset.move) return ask(card, minute);
  const address = new URL(card.dataset.create, location.href);
  address.searchParams.set("hora", minute);
  location.assign(address);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-ask]");
  const card = link?.closest("[data-move]");
  if (card && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    link.closest("details").open = false;
    ask(card, card.dataset.minute);
  }
  if (event.target.closest("[data-close]")) dialog.close();
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.(".menu[open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move], [data-create]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.title);
  dragged.classList.add("dragged");
});

const target = (event) => (dragged ? event.target.closest?.("[data-at]") : null);
const unmark = () => document.querySelector(".drop-here")?.classList.remove("drop-here");

document.addEventListener("dragover", (event) => {
  const place = target(event);
  unmark();
  if (!place) return;
  event.preventDefault();
  place.classList.add("drop-here");
});

document.addEventListener("drop", (event) => {
  const place = target(event);
  if (!place) return;
  event.preventDefault();
  drop(dragged, place.dataset.at);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  unmark();
  dragged = null;
});
