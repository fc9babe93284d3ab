// Several news at once: all can be chosen with one click, and the buttons say how many are chosen.
const form = document.getElementById("elegidas");
const all = form?.querySelector("[data-all]");

if (form && all) {
  const box = all.querySelector("input"), words = all.querySelector("[data-chosen]");
  const boxes = [...form.querySelectorAll('input[name="news"]')];
  const show = () => {
    const chosen = boxes.filter((each) => each.checked).length;
    box.checked = chosen === boxes.length;
    box.indeterminate = chosen > 0 && chosen < boxes.length;
    words.textContent = chosen === 0 ? "Elegir todas" : chosen === 1 ? "1 elegida" : `${chosen} elegidas`;
  };
  box.addEventListener("change", () => {
    for (const each of boxes) each.checked = box.checked;
    show();
  });
  form.addEventListener("change", show);
  all.hidden = false;
  show();
}
