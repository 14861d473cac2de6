// Selected rows: the head checkbox, Shift for a range, the count in the bulk bar.
const ROW = "[data-select-row]";
let last = null;

function scopeOf(element) {
  return element.closest("form, .panel") ?? document.body;
}

function show(scope) {
  const rows = [...scope.querySelectorAll(ROW)];
  const selected = rows.filter((row) => row.checked);
  for (const row of rows) row.closest("tr")?.setAttribute("aria-selected", String(row.checked));
  const all = scope.querySelector("[data-select-all]");
  if (all) {
    all.checked = rows.length > 0 && selected.length === rows.length;
    all.indeterminate = selected.length > 0 && !all.checked;
  }
  const count = scope.querySelector("[data-bulk-count]");
  if (count) count.textContent = new Intl.NumberFormat(document.documentElement.lang).format(selected.length);
}

function range(scope, to) {
  const rows = [...scope.querySelectorAll(ROW)];
  const [from, until] = [rows.indexOf(last), rows.indexOf(to)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const row of rows.slice(from, until + 1)) row.checked = to.checked;
}

export function startSelection() {
  document.addEventListener("click", (event) => {
    if (event.target.matches(ROW)) {
      const scope = scopeOf(event.target);
      if (event.shiftKey && last && scope.contains(last)) range(scope, event.target);
      last = event.target;
      show(scope);
    } else if (event.target.closest("[data-bulk-clear]")) {
      event.preventDefault();
      const scope = scopeOf(event.target);
      for (const row of scope.querySelectorAll(ROW)) row.checked = false;
      show(scope);
    }
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-select-all]")) return;
    const scope = scopeOf(event.target);
    for (const row of scope.querySelectorAll(ROW)) row.checked = event.target.checked;
    show(scope);
  });
  // The browser may restore ticks on «back».
  window.addEventListener("pageshow", () => {
    for (const bar of document.querySelectorAll("[data-bulk]")) show(scopeOf(bar));
  });
}
