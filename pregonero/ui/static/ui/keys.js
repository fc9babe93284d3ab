// Letters press what shows them ([data-key]); "?" lists them. Whoever is disturbed by it turns it off there.
const OFF = "pregonero-keys-off";
const writing = (element) => element.closest("input, textarea, select, [contenteditable]");
const off = () => localStorage.getItem(OFF) === "1";

function line(target) {
  const item = document.createElement("li");
  const key = document.createElement("kbd");
  key.textContent = target.dataset.key;
  const words = target.cloneNode(true);
  words.querySelectorAll("kbd").forEach((inner) => inner.remove());
  item.append(key, ` ${words.textContent.trim()}`);
  return item;
}

function help() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-label", "Atajos de teclado");
  const title = document.createElement("h2");
  title.textContent = "Atajos de teclado";
  const list = document.createElement("ul");
  const targets = [...document.querySelectorAll("[data-key]")];
  list.append(...targets.map(line));
  if (!targets.length) list.textContent = "Esta página no tiene atajos propios.";
  const label = document.createElement("label");
  label.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !off();
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
  label.append(box, " Usar atajos de una letra");
  const close = document.createElement("button");
  close.className = "btn";
  close.textContent = "Cerrar";
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, label, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") help();
  else if (!off()) document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
