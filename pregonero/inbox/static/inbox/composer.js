// Ctrl+Enter (or Cmd+Enter) in the composer sends it; what opens by a key takes the focus to what is inside.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form.composer");
  if (form) form.requestSubmit();
});

for (const summary of document.querySelectorAll("summary[data-focus]")) {
  summary.parentElement.addEventListener("toggle", () => {
    if (summary.parentElement.open) summary.parentElement.querySelector(`:scope > :not(summary) :is(${summary.dataset.focus})`)?.focus();
  });
}
