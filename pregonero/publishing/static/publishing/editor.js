// Shows one account at a time: its text, and its preview beside. Without this, all of them stand one under the other.
const form = document.getElementById("editor");
const accounts = () => [...document.querySelectorAll(".account-part")];
const tabs = [...form.querySelectorAll(".tabs a")];
let shown = location.hash.slice(1); // the id of the part that is open

function show(id) {
  shown = id;
  for (const part of accounts()) part.hidden = part.id !== id;
  for (const preview of document.querySelectorAll(".account-preview")) preview.hidden = `red-${preview.dataset.account}` !== id;
  for (const tab of tabs) {
    if (tab.hash === `#${id}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

function current() {
  const parts = accounts();
  if (parts.some((part) => part.id === shown)) return shown;
  return (parts.find((part) => part.querySelector("[aria-invalid]")) ?? parts[0])?.id;
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
  // Saving leads back to the same part. While the page loads, the browser would take the focus to the new fragment.
  if (shown) history.replaceState(null, "", `#${shown}`);
});
document.body.addEventListener("htmx:afterSettle", () => show(current()));
show(current());
const wrong = document.querySelector("#not-done[data-focus]");
if (wrong) reveal(wrong.dataset.focus);

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
