// Toasts: a button closes one; good news leaves by itself, bad news stays.
const STAY_MS = 8000;

function leave(toast) {
  if (!toast.matches(":hover, :focus-within")) toast.remove();
  else setTimeout(leave, STAY_MS, toast);
}

function greet(root) {
  for (const toast of root.querySelectorAll("[data-toast]")) {
    toast.querySelector("[data-toast-close]").hidden = false;
    if (toast.matches(".toast--success, .toast--info")) setTimeout(leave, STAY_MS, toast);
  }
}

export function startMessages() {
  greet(document);
  document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
  document.addEventListener("htmx:load", (event) => greet(event.detail.elt));
}
