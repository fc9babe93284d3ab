// Ctrl-K goes to the search; the arrows go through what it finds, and Escape leaves it.
const field = document.getElementById("q");
const found = document.getElementById("found");
const links = () => [...(found?.querySelectorAll("a") ?? [])];

function open() {
  if (!field?.checkVisibility()) {
    location.assign(field?.form.action ?? "/buscar/");
    return;
  }
  field.focus();
  field.select();
}

function move(event) {
  const all = links();
  const place = all.indexOf(document.activeElement);
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key === "Escape") {
    found.replaceChildren();
    field.focus();
  } else if (event.key in steps && all.length) {
    event.preventDefault();
    const next = place + steps[event.key];
    (next < 0 ? field : all[Math.min(next, all.length - 1)]).focus();
  }
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  } else if (found && event.target.closest?.(".search")) move(event);
});
