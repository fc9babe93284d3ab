// Keeps a count live where each character counts one. Networks that weigh their text are counted by the server.
const segments = new Intl.Segmenter("es", { granularity: "grapheme" });
const written = new Intl.NumberFormat("es-CO", { useGrouping: true });

function length(text) {
  let count = 0;
  for (const _ of segments.segment(text)) count += 1;
  return count;
}

function show(area) {
  const place = document.querySelector(`#${CSS.escape(area.id)}_meter [data-count]`);
  if (!place) return;
  const limit = Number(area.dataset.limit);
  const count = length(area.value);
  const over = count - limit;
  const said = `${written.format(count)} de ${written.format(limit)}`;
  place.textContent = over > 0 ? `${said}: ${over === 1 ? "sobra" : "sobran"} ${written.format(over)}` : said;
  place.classList.toggle("bad", over > 0);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-limit]")) show(event.target);
});
