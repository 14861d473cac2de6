// Fields that have a meaning only while others hold certain values: data-when="form:llc jsc;basis:attorney".
// The server decides what is kept; this only spares a save to see which fields there are.
function holds(condition, form) {
  const [name, values] = condition.split(":");
  const control = form.elements.namedItem(name);
  return !control || values.split(" ").includes(control.value);
}

function refit(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(";").every((condition) => holds(condition, form));
  }
}

export function startWhen() {
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.querySelector("[data-when]")) refit(form);
  });
}
