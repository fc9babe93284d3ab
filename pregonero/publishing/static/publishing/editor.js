// Shows one account at a time: its text, and its preview beside. Without this, all of them stand one under the other.
const form = document.getElementById("editor");
const parts = [...document.querySelectorAll(".account-part")];
const tabs = [...form.querySelectorAll(".tabs a")];

function show(id) {
  for (const part of parts) part.hidden = part.id !== id;
  for (const preview of document.querySelectorAll(".account-preview")) preview.hidden = `red-${preview.dataset.account}` !== id;
  for (const tab of tabs) {
    if (tab.hash === `#${id}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

function current() {
  const wanted = location.hash.slice(1);
  if (parts.some((part) => part.id === wanted)) return wanted;
  return (parts.find((part) => part.querySelector("[aria-invalid]")) ?? parts[0])?.id;
}

form.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#red-"]');
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", link.hash);
  show(current());
});
document.body.addEventListener("htmx:afterSettle", () => show(current()));
show(current());

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
