// The search of a long company switcher: narrows the list, arrows walk what is left, Enter opens the first.
const visible = (box) => [...box.querySelectorAll("[data-switch-item]")].filter((item) => !item.hidden);

function narrow(box, text) {
  const wanted = text.trim().toLocaleLowerCase();
  for (const item of box.querySelectorAll("[data-switch-item]")) {
    const name = item.querySelector("[data-switch-name]").textContent.toLocaleLowerCase();
    item.hidden = !name.includes(wanted);
  }
  box.querySelector("[data-switch-none]").hidden = visible(box).length > 0;
}

export function startSwitchers() {
  for (const search of document.querySelectorAll("[data-switch-search]")) search.hidden = false;
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-switch][open]")) event.target.querySelector("[data-switch-search] input")?.focus();
  }, true);
  document.addEventListener("input", (event) => {
    const box = event.target.closest?.("[data-switch-search]")?.closest("[data-switch]");
    if (box) narrow(box, event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.("[data-switch-search]")?.closest("[data-switch]");
    if (!box || !["ArrowDown", "Enter"].includes(event.key)) return;
    event.preventDefault();
    const [first] = visible(box);
    if (event.key === "Enter") first?.click();
    else first?.focus();
  });
}
