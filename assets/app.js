// What no page can do without a script: copying. A button with `data-copy-from` copies the text
// behind that address, one with `data-copy-of` the text of the element of that id. They are not
// shown until the browser is known to let a page copy (https, or this machine).
(() => {
  const SHOWN_MS = 2500;
  if (!navigator.clipboard || !window.ClipboardItem) return;

  const textOf = async (button) => {
    if (button.dataset.copyOf) return document.getElementById(button.dataset.copyOf).textContent;
    const answer = await fetch(button.dataset.copyFrom);
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.text();
  };

  // The promise is handed over within the click: some browsers refuse what comes later.
  const copy = (button) => {
    const blob = textOf(button).then((text) => new Blob([text], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  };

  const tell = (button, text) => {
    const label = button.dataset.label ?? (button.dataset.label = button.textContent);
    button.textContent = text;
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = String(setTimeout(() => { button.textContent = label; }, SHOWN_MS));
  };

  // Parts of a page are replaced while it moves, so no button is held.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-from], [data-copy-of]");
    if (!button) return;
    button.setAttribute("aria-live", "polite");
    copy(button).then(() => tell(button, "Copied"), () => tell(button, "Could not copy"));
  });
  document.documentElement.classList.add("can-copy");
})();
