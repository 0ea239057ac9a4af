// What makes the desk quicker; every page works without it.
"use strict";
(() => {
  // How long a text is, while it is written.
  for (const hint of document.querySelectorAll("[data-most]")) {
    const label = hint.closest("label"), area = label && document.getElementById(label.htmlFor), count = hint.querySelector("b");
    if (!area || !count) continue;
    area.addEventListener("input", () => {
      const length = [...area.value.trim()].length;
      count.textContent = String(length);
      count.classList.toggle("over", length > Number(hint.dataset.most));
    });
  }
  // Ctrl + Enter saves; leaving with unsaved texts asks.
  for (const form of document.querySelectorAll("form[data-keys]")) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.querySelector("button.main").click();
    });
    window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  }
})();
