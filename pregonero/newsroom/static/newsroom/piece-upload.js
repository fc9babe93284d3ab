// Files go up in parts (tus 1.0) while the form is filled in: chosen, dropped or pasted, one by one, and after a cut they
// go on where they stopped, also when the page is opened again and the same file is chosen. Without this, they go with
// the form.
const PART = 4 * 1024 * 1024, TRIES = 6;
const zone = document.querySelector("[data-uploads]");
const form = zone?.closest("form");

if (form) {
  const input = zone.querySelector('input[type="file"]');
  const codes = zone.querySelector('input[name="uploads"]');
  const list = zone.querySelector(".queue");
  const token = form.elements.csrfmiddlewaretoken.value;
  const items = [];
  const many = input.multiple && !zone.hasAttribute("data-one");

  const send = (method, address, headers = {}, body = undefined) =>
    fetch(address, { method, body, headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...headers } });
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const key = (file) => `subida:${file.name}:${file.size}:${file.lastModified}`;
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  class Refused extends Error {}

  async function refusal(response) {
    const text = response.headers.get("Content-Type")?.startsWith("text/plain") ? await response.text() : "";
    return new Refused(text || "El servidor no recibió el archivo: recarga la página e inténtalo otra vez.");
  }

  async function start(file) {
    const headers = { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${base64(file.name)}` };
    const response = await send("POST", zone.dataset.uploads, headers);
    if (!response.ok) throw await refusal(response);
    const address = new URL(response.headers.get("Location"), location.href).href;
    localStorage.setItem(key(file), address);
    return address;
  }

  // Where an earlier upload of this same file stopped, or where a new one begins.
  async function resume(item) {
    const earlier = item.address ?? localStorage.getItem(key(item.file));
    if (earlier) {
      const response = await send("HEAD", earlier);
      if (response.ok) return Object.assign(item, { address: earlier, offset: Number(response.headers.get("Upload-Offset")) });
      if (response.status < 500 && ![404, 410].includes(response.status)) throw await refusal(response);
      if (response.status >= 500) throw new Error("server");
      localStorage.removeItem(key(item.file));
    }
    return Object.assign(item, { address: await start(item.file), offset: 0 });
  }

  async function upload(item) {
    for (let tries = 0; tries < TRIES && !item.dropped; ) {
      try {
        await resume(item);
        while (item.offset < item.file.size && !item.dropped) {
          const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(item.offset) };
          const response = await send("PATCH", item.address, headers, item.file.slice(item.offset, item.offset + PART));
          if ([409, 423].includes(response.status) || response.status >= 500) throw new Error("again");
          if (!response.ok) throw await refusal(response);
          item.offset = Number(response.headers.get("Upload-Offset"));
          tries = 0;
          draw(item);
        }
        return;
      } catch (problem) {
        if (problem instanceof Refused) throw problem;
        tries += 1;
        item.words = "Se cortó la conexión; sigue en un momento…";
        draw(item);
        await wait(1000 * 2 ** (tries - 1));
        item.words = "";
      }
    }
    if (!item.dropped) throw new Refused("Se cortó la conexión. Lo que ya subió queda guardado.");
  }

  let going = false;
  async function next() {
    const item = items.find(({ state }) => state === "waiting");
    if (going || !item) return;
    going = true;
    item.state = "sending";
    draw(item);
    try {
      await upload(item);
      if (!item.dropped) Object.assign(item, { state: "ok", words: "listo" });
    } catch (problem) {
      Object.assign(item, { state: "bad", words: problem.message });
    }
    going = false;
    draw(item);
    finish();
    next();
  }

  function button(words, item, act) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "link";
    element.textContent = words;
    element.setAttribute("aria-label", `${words} ${item.file.name}`);
    element.addEventListener("click", act);
    return element;
  }

  function draw(item) {
    const percent = item.file.size ? Math.floor((100 * item.offset) / item.file.size) : 100;
    item.line.className = item.state;
    item.line.replaceChildren(`${item.file.name}: `);
    if (item.state === "sending") {
      const bar = document.createElement("progress");
      Object.assign(bar, { max: 100, value: percent });
      bar.setAttribute("aria-label", `Subiendo ${item.file.name}`);
      item.line.append(bar, ` ${item.words || `${percent} %`}`);
    } else item.line.append(item.words || "en espera");
    if (item.state === "bad") {
      item.line.append(" ", button("Reintentar", item, () => {
        Object.assign(item, { state: "waiting", words: "" });
        draw(item);
        next();
      }));
    }
    item.line.append(" ", button("Quitar", item, () => drop(item)));
  }

  function drop(item) {
    item.dropped = true;
    items.splice(items.indexOf(item), 1);
    item.line.remove();
    localStorage.removeItem(key(item.file));
    if (item.address) send("DELETE", item.address);
    finish();
  }

  function add(files) {
    const taken = many ? [...files] : [...files].slice(0, 1);
    if (!many) for (const earlier of [...items]) drop(earlier);
    for (const file of taken) {
      const item = { file, offset: 0, state: "waiting", words: "", line: document.createElement("li") };
      items.push(item);
      list.append(item.line);
      draw(item);
    }
    next();
  }

  // The form carries the names of what went up; sent before the end, it waits for it.
  let submitter = null, asked = false;
  function finish() {
    codes.value = items.filter(({ state }) => state === "ok").map(({ address }) => address.split("/").at(-2)).join(" ");
    if (!asked || items.some(({ state }) => state !== "ok")) {
      if (items.some(({ state }) => state === "bad")) asked = false;
      return;
    }
    asked = false;
    form.requestSubmit(submitter);
  }
  form.addEventListener("submit", (event) => {
    if (items.every(({ state }) => state === "ok")) {
      for (const item of items) localStorage.removeItem(key(item.file));
      return;
    }
    event.preventDefault();
    submitter = event.submitter;
    asked = !items.some(({ state }) => state === "bad");
    list.scrollIntoView({ block: "nearest" });
  });

  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    add(files);
  });
  const take = (event, transfer) => {
    if (!transfer?.files.length) return;
    event.preventDefault();
    add(transfer.files);
  };
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // otherwise the browser leaves the page to show the file
    zone.dataset.dragging = "";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) delete zone.dataset.dragging;
  });
  document.addEventListener("drop", (event) => {
    delete zone.dataset.dragging;
    take(event, event.dataTransfer);
  });
}
