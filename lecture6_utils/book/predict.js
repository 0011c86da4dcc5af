// Opens a box of predict.py when its reader has committed to an answer. Nothing is sent, nothing is kept.
(function () {
  "use strict";
  const said = input => input.type === "range" ? input.value + input.dataset.unit
    : input.parentNode.textContent.trim().replace(/\.$/, "");
  document.addEventListener("input", ({ target }) => {
    const shown = target.closest(".predict form")?.querySelector("output");
    if (!shown) return;
    shown.textContent = said(target);
    target.setAttribute("aria-valuetext", said(target));
  });
  document.addEventListener("submit", ({ target }) => {
    const box = target.closest(".predict");
    if (!box) return;
    const input = box.querySelector("input[type=range], input:checked");
    box.querySelector(".said").textContent = `You said: ${said(input)}. `;
    box.classList.add("open"); // the region is live: a screen reader says what appears in it
  });
})();
