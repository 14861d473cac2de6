// «/» goes to the search, j and k walk the rows of a list, Enter opens the one in focus, x selects it.
const TYPING = "input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]";

function rows() {
  return [...document.querySelectorAll("[data-list] > tbody > tr")].filter((row) => row.querySelector(".row-link"));
}

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  const link = next.querySelector(".row-link");
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function act(key) {
  if (key === "/") {
    const search = document.querySelector("[data-search]");
    const shown = search?.offsetParent ? search : document.querySelector(".filters [type=search]");
    shown?.focus();
    shown?.select();
    return Boolean(shown);
  }
  if (key === "j" || key === "k") {
    walk(key === "j" ? 1 : -1);
    return true;
  }
  if (key === "x") {
    const box = document.activeElement.closest("tr")?.querySelector("[data-select-row]");
    box?.click();
    return Boolean(box);
  }
  return false;
}

export function startKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
    // On a Russian layout the same keys send other letters.
    const key = { KeyJ: "j", KeyK: "k", KeyX: "x", Slash: event.shiftKey ? undefined : "/" }[event.code] ?? event.key;
    if (act(key)) event.preventDefault();
  });
  document.querySelector("[data-focus]")?.focus();
}
