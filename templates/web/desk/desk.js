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
  // What is being made: how far it is, and the page again once it is ready; or a word where somebody reads.
  for (const box of document.querySelectorAll("[data-waits]")) {
    const bar = box.querySelector("progress"), quietly = "quietly" in box.dataset;
    const look = async () => {
      const answer = await fetch(box.dataset.waits).catch(() => null);
      const job = answer && answer.ok ? await answer.json() : { open: true };
      if (job.open) {
        if (bar && job.total) { bar.max = job.total; bar.value = job.done; }
        setTimeout(look, 1000);
      } else if (quietly) {
        const [before, ready] = box.querySelectorAll("span");
        before.hidden = true;
        ready.hidden = false;
        if (bar) bar.hidden = true;
      } else location.reload();
    };
    setTimeout(look, 600);
  }
  // Passkeys: ask for options, have the device answer, and send that in the form.
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const kind = form.dataset.passkey, keys = window.PublicKeyCredential;
    if (!keys || !keys.parseCreationOptionsFromJSON) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const begun = await fetch(form.dataset.begin, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
      if (begun && begun.ok) {
        const options = await begun.json();
        const publicKey = kind === "create" ? keys.parseCreationOptionsFromJSON(options) : keys.parseRequestOptionsFromJSON(options);
        const made = await navigator.credentials[kind]({ publicKey }).catch(() => null);
        if (!made) return;
        form.elements.answer.value = JSON.stringify(made.toJSON());
      }
      form.submit();
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
  // A story is dragged by its number to another place; the buttons beside it do the same.
  const moving = document.getElementById("moving");
  let dragged = null;
  const unmark = () => { for (const one of document.querySelectorAll(".drop-before, .drop-after")) one.classList.remove("drop-before", "drop-after"); };
  const below = (story, event) => { const box = story.getBoundingClientRect(); return event.clientY > box.top + box.height / 2; };
  for (const story of moving ? document.querySelectorAll("[data-story]") : []) {
    const handle = story.querySelector(".handle");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      dragged = story;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", story.dataset.story);
      event.dataTransfer.setDragImage(story, 20, 20);
    });
    handle.addEventListener("dragend", () => { dragged = null; unmark(); });
    story.addEventListener("dragover", (event) => {
      if (!dragged || dragged === story) return;
      event.preventDefault();
      unmark();
      story.classList.add(below(story, event) ? "drop-after" : "drop-before");
    });
    story.addEventListener("drop", (event) => {
      if (!dragged || dragged === story) return;
      event.preventDefault();
      const others = [...document.querySelectorAll("[data-story]")].filter((one) => one !== dragged && one.dataset.section === story.dataset.section);
      moving.elements.section.value = story.dataset.section === dragged.dataset.section ? "" : story.dataset.section;
      moving.elements.position.value = others.indexOf(story) + (below(story, event) ? 2 : 1);
      moving.action = moving.action.replace("/STORY/", `/${dragged.dataset.story}/`);
      moving.submit();
    });
  }
})();
