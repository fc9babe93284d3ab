// A part that renews itself never replaces what a person is using: it waits for the next time. What was unfolded stays so.
const RENEWS = '[hx-trigger^="every"]';
const CONTROLS = "a, button, summary, label, input, select, textarea";
const AIMING = 2000; // milliseconds since the pointer moved over a control
let held = null; // what a finger, a button of the mouse or a key is pressing
let moved = 0;

document.addEventListener("pointerdown", ({ target }) => { held = target; }, true);
document.addEventListener("keydown", ({ target }) => { held = target; }, true);
// The click comes after the release, and it must still find its target.
for (const release of ["pointerup", "pointercancel", "keyup", "dragend"])
  document.addEventListener(release, () => setTimeout(() => { held = null; }), true);
window.addEventListener("blur", () => { held = null; });
document.addEventListener("pointermove", () => { moved = performance.now(); }, { capture: true, passive: true });

const isAimedAt = (part) =>
  performance.now() - moved < AIMING && [...part.querySelectorAll(CONTROLS)].some((control) => control.matches(":hover"));
const isSelected = (part) => {
  const selection = getSelection();
  return !selection.isCollapsed && part.contains(selection.anchorNode);
};
// htmx gives the focus back to an element with an id; any other would lose it.
const isFocused = (part) => {
  const focused = document.activeElement;
  return part !== focused && part.contains(focused) && (!focused.id || focused.matches("input, select, textarea"));
};
const isInUse = (part) =>
  part.contains(held) || isAimedAt(part) || isSelected(part) || isFocused(part) || part.querySelector("form[data-sent]") !== null;

// A fold is known by its id, or by its words and how many before it have the same ones.
function folds(part) {
  const seen = {};
  return [...part.querySelectorAll("details")].map((fold) => {
    const words = fold.id || fold.querySelector("summary")?.textContent.trim();
    seen[words] = (seen[words] ?? 0) + 1;
    return [`${words} ${seen[words]}`, fold];
  });
}

const unfolded = new Map();
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target } = detail;
  const part = detail.requestConfig.elt;
  if (!part.matches(RENEWS)) return;
  // A renewal that failed says so in the place for messages, but never over an undo that is offered there.
  if (target !== part) detail.shouldSwap &&= target.querySelector(".toast") === null;
  else if (isInUse(target)) detail.shouldSwap = false;
  else unfolded.set(target.id, folds(target).filter(([, fold]) => fold.open).map(([name]) => name));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const [id, names] of unfolded) {
    const part = document.getElementById(id);
    for (const [name, fold] of part ? folds(part) : []) if (names.includes(name)) fold.open = true;
  }
  unfolded.clear();
});
