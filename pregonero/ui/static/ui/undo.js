// What can be undone only for some seconds stops being offered when they are over: the server would refuse it.
for (const form of document.querySelectorAll("form[data-seconds]")) {
  setTimeout(() => {
    const message = form.closest(".note");
    if (form.contains(document.activeElement) && message) {
      message.tabIndex = -1;
      message.focus();
    }
    form.remove();
  }, 1000 * Number(form.dataset.seconds));
}
