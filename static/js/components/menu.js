// Menus and definitions are <details>: this closes them on Escape or a click elsewhere, and moves by arrows.
const OPEN = "[data-menu][open], [data-define][open]";
const FOCUSABLE = ".menu a, .menu button, .menu input, .menu select";

function closeAll(except) {
  for (const box of document.querySelectorAll(OPEN)) {
    if (box !== except) box.open = false;
  }
}

function keepInside(box) {
  const floating = box.querySelector(".menu, .define__body");
  if (!floating) return;
  box.classList.remove("is-flipped");
  const edge = floating.getBoundingClientRect();
  if (edge.right > document.documentElement.clientWidth - 8 || edge.left < 8) box.classList.add("is-flipped");
}

function move(box, step) {
  const items = [...box.querySelectorAll(FOCUSABLE)].filter((item) => item.offsetParent);
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
}

export function startMenus() {
  document.addEventListener("click", (event) => closeAll(event.target.closest(OPEN)));
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(OPEN)) keepInside(event.target);
  }, true);
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.(OPEN);
    if (event.key === "Escape" && document.querySelector(OPEN)) {
      closeAll(null);
      box?.querySelector("summary").focus();
    } else if (box?.matches("[data-menu]") && !event.target.matches("input, select, textarea")) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      move(box, step);
    }
  });
}
