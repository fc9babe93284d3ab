// A screenshot in the clipboard becomes the chosen file of the capture. Without scripts the file is chosen by hand.
const input = document.querySelector('input[type="file"][name="capture"]');

if (input) {
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  said.textContent = "También puedes pegar aquí la captura que copiaste.";
  input.after(said);
  const tell = () => {
    const [file] = input.files;
    if (file) said.textContent = `Lista: ${file.name}, ${Math.max(1, Math.round(file.size / 1024))} KB.`;
  };
  input.addEventListener("change", tell);
  document.addEventListener("paste", (event) => {
    const picture = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!picture) return; // text goes where the cursor is
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(picture);
    input.files = one.files;
    tell();
  });
}
