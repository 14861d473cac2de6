// A key that did not answer is told on the page; allauth's own scripts only write it to the console.
export function startPasskeys() {
  document.addEventListener("allauth.error", (event) => {
    const problem = document.querySelector("[data-key-problem]");
    if (!problem) return;
    event.preventDefault();
    problem.hidden = false;
  });
}
