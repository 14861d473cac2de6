// Runs before the first paint, so that a chosen theme never flashes. The choice is made in components/view.js.
try {
  for (const name of ["theme", "density"]) {
    const value = localStorage.getItem(`cabinet.${name}`);
    if (value) document.documentElement.dataset[name] = value;
  }
} catch {
  // Storage may be closed to us; the system's theme then holds.
}
