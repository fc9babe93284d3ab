// The button that opens the browser's print dialog. Without scripts, the browser's own menu does the same.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}
