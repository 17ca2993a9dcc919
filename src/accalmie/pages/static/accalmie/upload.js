// A file is looked at before it is sent: one that is too large is told at once. Then the bar shows how much is there.

function judge(input) {
  const file = input.files[0];
  const wrong = file && file.size > Number(input.dataset.limit) ? input.dataset.tooLarge : "";
  const place = document.getElementById("too-large");
  place.textContent = wrong;
  place.hidden = !wrong;
  input.setAttribute("aria-invalid", wrong ? "true" : "false");
  return !wrong;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-limit]")) judge(event.target);
});

document.addEventListener("htmx:confirm", (event) => {
  const input = event.target.querySelector("input[type=file][data-limit]");
  if (input && !judge(input)) {
    event.preventDefault();
    input.focus();
  }
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = document.getElementById("sent");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});
