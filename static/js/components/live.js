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
  keepOpen();
}

// What somebody has opened in a live block, a definition or a table, stays open when the block is renewed.
function keepOpen() {
  let opened = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const block = event.detail.target;
    opened = block.matches("[data-live]") ? [...block.querySelectorAll("details[open]")].map(nameOf) : [];
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (opened.length === 0) return;
    for (const details of document.querySelectorAll("[data-live] details")) {
      if (opened.includes(nameOf(details))) details.open = true;
    }
    opened = [];
  });
}

function nameOf(details) {
  const summary = details.querySelector("summary");
  return summary?.getAttribute("aria-label") ?? summary?.textContent ?? "";
}
