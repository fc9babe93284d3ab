// A button under each field to copy; without scripts the field itself is selected and copied.
for (const field of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = "Copiar";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copiado";
  });
  const acts = document.createElement("div");
  acts.className = "acts";
  acts.append(button);
  field.after(acts);
}
