// A file that is too large is told of before it travels; the server refuses it all the same.
function check(input) {
  const field = input.closest(".field");
  field.querySelector("[data-upload-error]")?.remove();
  input.removeAttribute("aria-invalid");
  if (![...input.files].some((file) => file.size > Number(input.dataset.maxBytes))) return;
  const error = document.createElement("p");
  error.className = "field__error";
  error.setAttribute("role", "alert");
  error.dataset.uploadError = "";
  error.textContent = input.dataset.tooLarge;
  input.before(error);
  input.setAttribute("aria-invalid", "true");
  input.value = "";
}

export function startUploads() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-max-bytes]")) check(event.target);
  });
}
