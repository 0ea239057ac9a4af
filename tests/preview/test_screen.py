"""Editions on a real screen: what Chromium lays out and computes (rules H8, H10, H11, H15).

One page is resized and told light or dark for all its editions, which is what makes a few hundred
renderings take seconds. No picture can be fetched here, so each is read as with images off.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.editions.render import render_edition
from tests.issues import LANGUAGES, gallery, page_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (320, 600, 1200)
NOWHERE = Path("/nonexistent")

# What sticks out of the window, how many boxes were looked at.
MEASURE = """() => {
  const width = document.documentElement.clientWidth;
  const boxes = [...document.querySelectorAll("[role=article] *")];
  const out = boxes.filter(box => {
    const place = box.getBoundingClientRect();
    return place.width > 1 && (place.right > width + 1 || place.left < -1);
  });
  return {
    boxes: boxes.length,
    wide: document.documentElement.scrollWidth > width,
    out: out.map(box => box.tagName + "." + box.className),
  };
}"""

# The contrast of each piece of text that is shown, with the ground that is painted below it.
CONTRAST = """() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = parts(colour).map(n => n / 255)
      .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    for (let one = element; one; one = one.parentElement) {
      const found = getComputedStyle(one).backgroundColor;
      const alpha = parts(found)[3];
      if (alpha === undefined || alpha === 1) return found;
    }
    return "rgb(255, 255, 255)";
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = [];
  for (let node; node = walker.nextNode();) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    const [low, high] = [getComputedStyle(element).color, ground(element)].map(light)
      .sort((a, b) => a - b);
    seen.push([(high + 0.05) / (low + 0.05), node.data.trim().slice(0, 40), element.className]);
  }
  return seen;
}"""

each_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def shown(language: str) -> str:
    """The edition that uses everything, as a reader gets it."""
    made, given = gallery(NOWHERE)
    return page_of(render_edition(made, language, given), given)


def bare(html: str) -> str:
    """What is left where a client drops every `<style>`."""
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


@pytest.fixture(scope="module")
def screen(browser: "Browser") -> Iterator["Page"]:
    """One page for all."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _show(
    screen: "Page", html: str, width: int = 600, scheme: Any = "light", forced: Any = "none"
) -> None:
    screen.set_viewport_size({"width": width, "height": 900})
    screen.emulate_media(color_scheme=scheme, forced_colors=forced)
    screen.set_content(html, wait_until="domcontentloaded")


@each_language
def test_h11_h15_nothing_sticks_out_of_any_screen(screen: "Page", language: str) -> None:
    """With the kept style and without, at any width, whatever the words."""
    for html in (shown(language), bare(shown(language))):
        _show(screen, html)
        for width in (*WIDTHS, 375, 640):
            screen.set_viewport_size({"width": width, "height": 900})
            found = screen.evaluate(MEASURE)
            assert found["boxes"] > 100
            assert (found["wide"], found["out"]) == (False, []), f"at {width}"


@each_language
def test_h15_twice_as_large_still_needs_no_scrolling_sideways(
    screen: "Page", language: str
) -> None:
    """WCAG 1.4.4: 200 % at 640 pixels."""
    _show(screen, shown(language), 640)
    before = screen.evaluate("document.querySelector('h1').getBoundingClientRect().height")
    screen.evaluate("document.documentElement.style.zoom = '2'")
    after = screen.evaluate("document.querySelector('h1').getBoundingClientRect().height")
    assert after > 1.4 * before
    found = screen.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    assert found


@pytest.mark.parametrize("mode", ["light", "dark", "forced"])
@each_language
def test_h8_all_text_reads_on_what_is_painted_below_it(
    screen: "Page", language: str, mode: str
) -> None:
    """By what the browser computes, with the kept style and without it."""
    for html in (shown(language), bare(shown(language))):
        if mode == "forced":
            _show(screen, html, scheme="dark", forced="active")
        else:
            _show(screen, html, scheme=mode)
        seen = screen.evaluate(CONTRAST)
        assert len(seen) > 60
        assert [one for one in seen if one[0] < 4.5] == [], f"{len(seen)} tried"


def test_dark_is_dark_and_light_is_light(screen: "Page") -> None:
    """Else the contrast of the dark edition would be that of the light one."""
    _show(screen, shown("en"))
    ground = "getComputedStyle(document.querySelector('.paper')).backgroundColor"
    assert screen.evaluate(ground) == "rgb(255, 255, 255)"
    screen.emulate_media(color_scheme="dark")
    assert screen.evaluate(ground) == "rgb(18, 28, 37)"


EDGES = """() => {
  const width = document.documentElement.clientWidth;
  const sides = selector => {
    const place = document.querySelector(selector).getBoundingClientRect();
    return [Math.round(place.left), Math.round(width - place.right)];
  };
  return Object.fromEntries(
    [".paper", ".day", ".day + td", ".plate", ".footer"].map(one => [one, sides(one)]));
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_h10_an_arabic_edition_is_the_mirror_of_an_english_one(screen: "Page", width: int) -> None:
    places = {}
    for language in ("en", "ar"):
        _show(screen, shown(language), width)
        places[language] = screen.evaluate(EDGES)
    mirrored = {name: [right, left] for name, (left, right) in places["ar"].items()}
    assert mirrored == places["en"]
    assert places["en"][".day"][0] < places["en"][".day + td"][0]


def test_h10_text_begins_at_its_own_side_and_foreign_text_keeps_its_punctuation(
    screen: "Page",
) -> None:
    """The full stop of an English summary stands to its right, in an Arabic edition too."""
    _show(screen, shown("ar"), 1200)
    stop, first = screen.evaluate("""() => {
      const box = (node, at) => {
        const range = document.createRange();
        range.setStart(node, at); range.setEnd(node, at + 1);
        return range.getBoundingClientRect().left;
      };
      const node = document.querySelector("p[lang=en][dir=ltr]").firstChild;
      return [box(node, node.data.length - 1), box(node, 0)];
    }""")
    assert stop > first
    aligned = "getComputedStyle(document.querySelector('[role=article]')).textAlign"
    assert screen.evaluate(aligned) == "right"


@each_language
def test_h6_with_images_off_everything_is_still_said(screen: "Page", language: str) -> None:
    """Nothing could be fetched: titles and summaries are there, and so is what pictures show."""
    _show(screen, shown(language), 1200)
    screen.wait_for_function("[...document.images].every(image => image.complete)")
    assert screen.evaluate("[...document.images].every(image => image.naturalWidth === 0)")
    assert screen.evaluate("document.images.length") >= 5
    words = screen.evaluate("document.querySelector('[role=article]').innerText")
    titles = {"en": "What ten cities learned", "es": "Lo que aprendieron diez ciudades"}
    for said in (titles.get(language, titles["en"]), "Regional dialogue", "A guide.", "City Lab"):
        assert said in words
    alts = screen.evaluate("[...document.images].map(image => image.alt).filter(Boolean)")
    assert "A harbour at dawn" in alts
    for image in screen.query_selector_all("img[alt]:not([alt=''])"):
        box = image.bounding_box()
        assert box is not None
        assert box["width"] > 100


@each_language
def test_h7_what_can_be_tapped_is_large_enough(screen: "Page", language: str) -> None:
    """44 pixels for buttons and for the links of the footer, on a phone; axe-core looks at the others."""
    _show(screen, shown(language), 320)
    small = screen.evaluate("""() =>
      [...document.querySelectorAll(".links a, .bg-btn a")]
        .map(a => [a.innerText, a.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)""")
    assert small == []
