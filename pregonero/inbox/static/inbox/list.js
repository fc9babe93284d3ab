// j and k move the focus through the rows of the list, and Enter or r opens the one that has it.
const links = () => [...document.querySelectorAll(".rows .what > a")];

function step(by) {
  const all = links();
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function key(letter, words, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.hidden = true;
  button.dataset.key = letter;
  button.textContent = words;
  button.addEventListener("click", act);
  document.querySelector("main").append(button);
}

key("j", "Bajar en la lista", () => step(1));
key("k", "Subir en la lista", () => step(-1));
key("r", "Abrir la que está marcada", () => (links().includes(document.activeElement) ? document.activeElement : links()[0])?.click());
