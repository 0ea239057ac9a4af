"""What mail programs leave of an edition: nothing collapses, touches or is lost.

The heights are those that Chromium lays out of the emulations in alerts/preview/clients.py.
"""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from alerts.config.themes import DEFAULTS, theme_named
from alerts.editions.render import render_edition
from alerts.preview.clients import gmail, outlook_com, word
from tests.issues import ARTICLES, gallery, issue, page_of, settings
from tests.preview.test_screen import CONTRAST, MEASURE

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
OLD = (ROOT / "tests" / "data" / "edition-of-boxes.html").read_text(encoding="utf-8")
HEIGHT = "() => document.querySelector('[role=article]').getBoundingClientRect().height"
# Where a text stands directly on another, though neither is part of the other.
TOUCHING = """() => {
  const boxes = [...document.querySelectorAll("h1, h2, h3, p")]
    .filter(one => one.checkVisibility() && one.textContent.trim())
    .map(one => [one.getBoundingClientRect(), one.textContent.trim().slice(0, 30)]);
  const found = [];
  for (const [a, first] of boxes) for (const [b, second] of boxes) {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const inside = a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
    if (first < second && across > 4 && down > 3 && !inside) found.push([first, second, down]);
  }
  return found;
}"""

# Words of up to 14 letters that begin on one line and end on another.
BROKEN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node; node = walker.nextNode();) {
    if (!node.parentElement.checkVisibility()) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{M}]{2,}/gu)) {
      if (word[0].length > 14) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = [...range.getClientRects()].map(box => box.top);
      if (Math.max(...tops) - Math.min(...tops) > 8) found.push(word[0]);
    }
  }
  return found;
}"""
# Where large pictures begin and end.
EDGES = """() => [...document.querySelectorAll(".pic")].map(one => {
  const box = one.getBoundingClientRect();
  return [Math.round(box.left), Math.round(box.right)];
})"""

each_theme = pytest.mark.parametrize("theme", sorted(DEFAULTS))


@cache
def edition(theme: str, language: str = "en") -> str:
    made, given = gallery(Path("/nonexistent"))
    given = replace(given, theme=theme_named(theme))
    return page_of(render_edition(made, language, given), given)


def _height(page: "Page", html: str, width: int = 700) -> float:
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(html, wait_until="domcontentloaded")
    return float(page.evaluate(HEIGHT))


def _words(html: str) -> list[str]:
    root = etree.fromstring(html, etree.HTMLParser(remove_comments=True))
    return " ".join(root.xpath("//body//text()[not(ancestor::style)]")).split()


@each_theme
def test_classic_outlook_keeps_the_space_and_every_word(page: "Page", theme: str) -> None:
    html = edition(theme)
    before = _height(page, html)
    after = _height(page, word(html))
    assert abs(after / before - 1) < 0.10, f"{before} became {after}"
    assert page.evaluate(TOUCHING) == []
    assert _words(word(html)) == _words(html)


def test_the_emulation_of_outlook_finds_what_was_wrong_with_boxes(page: "Page") -> None:
    assert _height(page, word(OLD)) < 0.85 * _height(page, OLD)


@each_theme
def test_gmail_shows_all_with_styles_and_without(page: "Page", theme: str) -> None:
    html = edition(theme)
    for styles in (True, False):
        left = gmail(html, styles=styles)
        assert _words(left) == _words(html)
        assert "data-ogsc" not in left
        assert abs(_height(page, left) / _height(page, html) - 1) < 0.10
        for width in (320, 375):
            _height(page, left, width)
            found = page.evaluate(MEASURE)
            assert (found["wide"], found["out"]) == (False, []), f"at {width}, styles {styles}"


@each_theme
def test_the_dark_mode_of_outlook_com_is_ours_and_readable(page: "Page", theme: str) -> None:
    html = outlook_com(edition(theme))
    assert "prefers-color-scheme" not in html
    _height(page, html)
    seen = page.evaluate(CONTRAST)
    assert len(seen) > 50
    assert [one for one in seen if one[0] < 4.5] == []
    ground = page.evaluate("getComputedStyle(document.querySelector('.paper')).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", ground)[:3])
    assert max(red, green, blue) < 64


@each_theme
def test_with_images_off_there_are_no_holes(page: "Page", theme: str) -> None:
    """No picture can be fetched here: what is measured is an edition with images off."""
    _height(page, edition(theme))
    tall = page.evaluate(
        "() => [...document.images].map(one => one.getBoundingClientRect().height)"
    )
    assert max(tall) <= 130


@each_theme
@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_on_a_phone_no_short_word_is_broken_and_pictures_keep_the_margins(
    page: "Page", theme: str, language: str
) -> None:
    """The first story stands in the headline; a title ends in two words that are bound together."""
    made = issue(
        replace(
            ARTICLES[0],
            title="Harm reduction in prisons: a manual for monitoring bodies",
            language="en",
        ),
        *(replace(one, section="news", featured=False, event=None) for one in ARTICLES),
    )
    given = settings(Path("/nonexistent"))
    given = replace(given, theme=theme_named(theme))
    _height(page, page_of(render_edition(made, language, given), given), 320)
    assert page.evaluate(BROKEN) == []
    edges = page.evaluate(EDGES)
    assert edges
    assert {tuple(one) for one in edges} <= {(20, 300), (0, 320)}
