const frame = document.querySelector("iframe"), told = document.querySelector(".told");
const place = location.pathname + location.search;
const pressed = key => [...document.querySelectorAll("nav a")].find(a => a.dataset.key === key);
const onKey = event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const languages = [...document.querySelectorAll("[data-key=language]")];
  const at = languages.findIndex(a => a.getAttribute("aria-current"));
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (step && at >= 0 && event.target.tagName !== "PRE") {
    languages[(at + step + languages.length) % languages.length].click();
  } else if (pressed(event.key)) pressed(event.key).click();
  else return;
  event.preventDefault();
};
document.addEventListener("keydown", onKey);
if (frame) frame.addEventListener("load", () => {
  frame.contentDocument.addEventListener("keydown", onKey);
  const kept = JSON.parse(sessionStorage.getItem("scrolled") || "{}");
  if (kept.place === place) frame.contentWindow.scrollTo(0, kept.top);
});
const ask = async () => {
  try {
    const answer = await fetch("version", {cache: "no-store"});
    told.textContent = "";
    if (await answer.text() !== document.body.dataset.version) {
      if (frame) sessionStorage.setItem("scrolled",
        JSON.stringify({place, top: frame.contentWindow.scrollY}));
      location.reload();
      return;
    }
  } catch { told.textContent = "The preview has stopped."; }
  setTimeout(ask, 700);
};
setTimeout(ask, 700);
