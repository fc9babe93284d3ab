// A note on a spot: a click on the picture chooses it. Without this, the list of parts of the picture does.
const picture = document.querySelector("[data-spots]");
const form = document.getElementById("nota");

if (picture && form) {
  const { x, y, area } = form.elements;
  const words = form.querySelector("[data-spot]");
  const svg = picture.querySelector("svg"), image = picture.querySelector("img");
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  mark.setAttribute("r", image.width ? svg.viewBox.baseVal.width / 60 : 10);
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  group.setAttribute("class", "spot");
  group.append(mark);

  const rows = ["superior", "centro", "inferior"], columns = ["izquierda", "centro", "derecha"];
  const third = (value) => Math.min(2, Math.floor(value / (1000 / 3)));

  const show = () => {
    const chosen = x.value !== "" && y.value !== "";
    words.hidden = !chosen;
    if (!chosen) return group.remove();
    area.value = `${rows[third(y.value)]}-${columns[third(x.value)]}`;
    words.textContent = `La nota queda en el punto que elegiste: ${area.selectedOptions[0].textContent}.`;
    mark.setAttribute("cx", (x.value * svg.viewBox.baseVal.width) / 1000);
    mark.setAttribute("cy", (y.value * svg.viewBox.baseVal.height) / 1000);
    svg.append(group);
  };

  picture.addEventListener("click", ({ clientX, clientY }) => {
    const box = image.getBoundingClientRect();
    const mille = (at, start, size) => Math.max(0, Math.min(1000, Math.round(((at - start) / size) * 1000)));
    x.value = mille(clientX, box.left, box.width);
    y.value = mille(clientY, box.top, box.height);
    show();
    form.elements.text.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
  });
  // Another part chosen in the list: the exact spot no longer counts.
  area.addEventListener("change", () => {
    x.value = y.value = "";
    show();
  });
  show();
}

// A note on a moment: "s" fields take the second at which the video stands.
const video = document.querySelector(".piece-file video");
for (const name of ["start", "end"]) {
  const field = form?.elements[name];
  if (!video || !field) continue;
  const take = document.createElement("button");
  take.type = "button";
  take.className = "link";
  take.textContent = "Tomar el segundo del video";
  take.setAttribute("aria-label", `Tomar el segundo del video en «${field.labels[0]?.textContent.trim().split("\n")[0]}»`);
  take.addEventListener("click", () => {
    field.value = video.currentTime.toFixed(1).replace(".", ",").replace(/,0$/, "");
  });
  field.after(take);
}
