// A toast goes by itself after its seconds, except while somebody points at it or has the focus in it.
const seen = new WeakSet();

function watch(toast) {
  if (seen.has(toast)) return;
  seen.add(toast);
  const seconds = Number(toast.dataset.seconds) * 1000;
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else toast.remove();
  };
  setTimeout(leave, seconds);
}

const all = (root) => root.querySelectorAll(".flash .toast").forEach(watch);
all(document);
document.addEventListener("htmx:load", (event) => all(event.target.ownerDocument));
