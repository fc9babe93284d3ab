// A toast goes by itself after its seconds, except while somebody points at it or has the focus in it. Its undo is offered
// no longer than the server takes it, so that nobody presses what will be refused.
const GRACE = 3; // seconds: fewer than the server's (records/undo.py)
const seen = new WeakSet();

function watch(toast) {
  if (seen.has(toast)) return;
  seen.add(toast);
  const seconds = Number(toast.dataset.seconds) * 1000;
  const isUsed = () => toast.matches(":hover, :focus-within");
  const leave = () => {
    if (isUsed()) setTimeout(leave, 1000);
    else toast.remove();
  };
  setTimeout(leave, seconds);
  setTimeout(() => {
    const form = toast.querySelector("form:not([data-sent])");
    if (!form) return;
    if (form.contains(document.activeElement)) {
      toast.tabIndex = -1;
      toast.focus();
    }
    form.remove();
  }, seconds + 1000 * GRACE);
}

const all = (root) => root.querySelectorAll(".flash .toast").forEach(watch);
all(document);
document.addEventListener("htmx:load", (event) => all(event.target.ownerDocument));
