"""Editions on a real screen: a browser lays them out, and nothing sticks out (rules H11, H15)."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from alerts.model import Article, Event
from alerts.render import render_edition
from tests.issues import ARTICLES, LANGUAGES, SITE, issue, settings

WIDTHS = (320, 375, 640, 1200)
LONG = f"{SITE}/" + "a" * 150
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

MEASURE = """<!doctype html><pre id="found"></pre><script>
onload = () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const inside = frame.contentDocument, width = frame.contentWindow.innerWidth;
    const boxes = [...inside.querySelectorAll("[role=article] *")];
    const out = boxes.filter(box => {
      const place = box.getBoundingClientRect();
      return place.width > 1 && (place.right > width + 1 || place.left < -1);
    });
    return {
      name: frame.name,
      boxes: boxes.length,
      wide: inside.documentElement.scrollWidth > width,
      out: out.map(box => box.tagName + "." + box.className),
    };
  });
  document.getElementById("found").textContent = JSON.stringify(found);
};
</script>
"""


@pytest.fixture
def chromium() -> str:
    """The browser; a test that needs it fails without it where all is there, as in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing")
        pytest.skip("Chromium is not on this machine")
    return path


def _stretching() -> tuple[Article, ...]:
    """Articles whose words cannot be broken where words end."""
    news, event = ARTICLES[1], ARTICLES[4]
    return (
        replace(news, url=f"{SITE}/x", title=f"{WORD} {LONG}", summary=LONG, author=LONG),
        replace(event, url=f"{SITE}/y", title=LONG, event=Event(date(2026, 11, 1), None, LONG)),
    )


def _laid_out(browser: str, folder: Path, pages: dict[str, str]) -> list[dict[str, object]]:
    """What Chromium finds out about each page at each width."""
    frames = []
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
        frames += [
            f'<iframe name="{name} {width}" src="{name}.html" style="width: {width}px"></iframe>'
            for width in WIDTHS
        ]
    outer = folder / "all.html"
    outer.write_text(MEASURE + "\n".join(frames), encoding="utf-8")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    more = "--disable-component-update --disable-sync --hide-scrollbars --dump-dom"
    command = [browser, *flags.split(), *more.split(), "--allow-file-access-from-files"]
    command += [f"--user-data-dir={folder / 'profile'}", outer.as_uri()]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    match = re.search(r'<pre id="found">(.+?)</pre>', run.stdout, re.DOTALL)
    assert match is not None, run.stderr
    found: list[dict[str, object]] = json.loads(unescape(match[1]))
    return found


def test_h11_h15_nothing_sticks_out_of_any_screen(chromium: str, tmp_path: Path) -> None:
    """With the kept style and, as some clients drop it, without; whatever the words."""
    pages = {}
    sample = issue(*ARTICLES, *_stretching())
    for language in LANGUAGES:
        html = render_edition(sample, language, settings(tmp_path)).html
        html = html.replace(f"{SITE}/feature.png", "data:,")  # nothing is fetched
        pages[language] = html
        pages[f"{language}-bare"] = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    found = _laid_out(chromium, tmp_path, pages)
    assert len(found) == len(LANGUAGES) * 2 * len(WIDTHS)
    assert all(isinstance(one["boxes"], int) and one["boxes"] > 60 for one in found)
    assert [one for one in found if one["wide"] or one["out"]] == [], f"{len(found)} tried"
