// Foresees the end of the session and survives it: the page stays, the person enters in another tab, and it goes on.
// Dispatches "session:ended" and "session:restored" on the document.
const WARNING = 5 * 60; // seconds before the end
const LONGEST_TIMER = 2 ** 31 - 1; // milliseconds that a browser's timer takes
const RETRY = 4000; // milliseconds between two looks while the session is over
const place = document.getElementById("session");
let state = "open";
let timer;

function show(name) {
  const note = name && document.getElementById(`session-${name}`);
  place.innerHTML = note ? note.firstChild.data : "";
}

function wait(seconds, then) {
  clearTimeout(timer);
  timer = setTimeout(then, Math.min(Math.max(seconds, 0) * 1000, LONGEST_TIMER));
}

function foresee(seconds) {
  if (seconds > WARNING) wait(seconds - WARNING, () => look());
  else {
    show("ending");
    wait(seconds + 1, () => look());
  }
}

function end() {
  clearTimeout(timer);
  timer = setTimeout(look, RETRY);
  if (state === "ended") return;
  state = "ended";
  show("ended");
  document.dispatchEvent(new CustomEvent("session:ended"));
}

// The token of forms changes when somebody enters: the page takes the new one.
function renew(token) {
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}

function open({ user, seconds, token }) {
  if (String(user) !== place.dataset.user) {
    clearTimeout(timer);
    state = "other";
    show("other");
    return;
  }
  renew(token);
  const restored = state === "ended";
  state = "open";
  show(restored ? "restored" : "");
  if (seconds !== null) foresee(seconds);
  if (restored) document.dispatchEvent(new CustomEvent("session:restored"));
}

async function look(method = "GET") {
  const headers = { "X-CSRFToken": document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ?? "" };
  let response;
  try {
    response = await fetch(place.dataset.url, { method, headers, cache: "no-store" });
  } catch {
    wait(RETRY / 1000, () => look()); // no connection now
    return;
  }
  if (response.status === 401) end();
  else if (response.ok) open(await response.json());
}

if (place?.dataset.user) {
  if (place.dataset.seconds) foresee(Number(place.dataset.seconds));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && state === "ended") look();
  });
  window.addEventListener("focus", () => {
    if (state === "ended") look();
  });
  place.addEventListener("click", ({ target }) => {
    if (target.closest('[data-session="prolong"]')) look("POST");
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    // Without its cookie the token of forms is refused too: that may be the end of the session.
    if (event.detail.xhr.status === 403) look();
    if (event.detail.xhr.status !== 401) return;
    event.detail.shouldSwap = false;
    end();
  });
}
