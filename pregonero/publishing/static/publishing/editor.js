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
