// A block with hx-trigger="every …" is not asked for while nobody looks; coming back asks at once.
export function startLive() {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const trigger = event.detail.elt.getAttribute("hx-trigger") ?? "";
    if (document.hidden && trigger.includes("every")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const block of document.querySelectorAll("[data-live]")) block.dispatchEvent(new CustomEvent("refresh"));
  });
}
