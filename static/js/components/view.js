// Theme and density are a choice of this browser; theme.js applies it before the first paint.
const root = document.documentElement;

function remember(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  try {
    if (value) localStorage.setItem(`cabinet.${name}`, value);
    else localStorage.removeItem(`cabinet.${name}`);
  } catch {
    // Not kept, but it holds for this page.
  }
}

function show() {
  for (const name of ["theme", "density"]) {
    for (const choice of document.querySelectorAll(`[data-${name}-choice]`)) {
      choice.setAttribute("aria-pressed", String(choice.getAttribute(`data-${name}-choice`) === (root.dataset[name] ?? "")));
    }
  }
}

export function startView() {
  for (const menu of document.querySelectorAll("[data-view-menu]")) menu.hidden = false;
  show();
  document.addEventListener("click", (event) => {
    for (const name of ["theme", "density"]) {
      const choice = event.target.closest(`[data-${name}-choice]`);
      if (!choice) continue;
      remember(name, choice.getAttribute(`data-${name}-choice`));
      show();
    }
  });
}
