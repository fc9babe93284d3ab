// Hoy renews itself: what the person had unfolded stays unfolded.
const unfolded = (root) => [...root.querySelectorAll("details[open][id]")].map((details) => details.id);
let before = [];

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "moving") before = unfolded(event.target);
});
document.body.addEventListener("htmx:afterSwap", () => {
  for (const id of before) document.getElementById(id)?.setAttribute("open", "");
  before = [];
});
