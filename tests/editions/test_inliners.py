"""The style of every element is what the cascade of CSS makes of the style sheet, also where no style
sheet is left: by Chromium's own cascade, and by css-inline as a second opinion on premailer."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import css_inline
import pytest

from alerts.config.themes import LOOKS, theme_named
from alerts.editions import css
from alerts.editions.css import inlined
from alerts.editions.render import render_edition
from tests.issues import LANGUAGES, issue, settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCUMENTS = 500
# fmt: off
COMPARED = (
    "background-color", "border-bottom-color", "border-bottom-style", "border-bottom-width",
    "border-left-color", "border-left-style", "border-left-width", "border-right-width",
    "border-top-color", "border-top-style", "border-top-width", "color", "direction", "display",
    "font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing",
    "line-height", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-width",
    "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
    "text-decoration-line", "text-transform", "vertical-align", "white-space", "width",
    "word-break",
)
# fmt: on
# the styles of each document, element by element, in a frame of its own
READ = """([documents, names]) => documents.map(html => {
  const frame = document.createElement("iframe")
  frame.width = 640
  document.body.append(frame)
  const inside = frame.contentDocument
  inside.open(); inside.write(html); inside.close()
  const found = [...inside.body.querySelectorAll("*")].map(element => {
    const style = frame.contentWindow.getComputedStyle(element)
    return [element.tagName, ...names.map(name => `${name}: ${style.getPropertyValue(name)}`)]
  })
  frame.remove()
  return found
})"""
Styles = list[list[list[str]]]

TAGS = ("p", "div", "span", "a", "td", "h2", "em", "li")
CLASSES = ("a", "b", "c", "lead")
VALUES = {
    "color": ("#123456", "red", "rgb(1, 2, 3)"),
    "background-color": ("#fff", "#eee", "navy"),
    "background": ("#abc", "none"),
    "margin": ("0", "4px", "1px 2px", "1px 2px 3px 4px"),
    "margin-top": ("5px", "0"),
    "padding": ("0", "7px", "2px 9px"),
    "padding-left": ("3px", "1em"),
    "font": ("bold 14px/20px Georgia, serif", "12px Arial"),
    "font-size": ("13px", "1.2em", "120%"),
    "font-weight": ("bold", "400"),
    "line-height": ("1.5", "22px"),
    "border": ("1px solid #ccc", "0"),
    "border-top": ("2px dashed red",),
    "border-color": ("blue",),
    "text-decoration": ("none", "underline"),
    "text-align": ("left", "center"),
    "display": ("block", "inline-block", "inline"),
    "width": ("50%", "120px", "auto"),
}
SELECTORS: Sequence[Callable[[random.Random], str]] = (
    lambda r: r.choice(TAGS),
    lambda r: "." + r.choice(CLASSES),
    lambda r: f"{r.choice(TAGS)}.{r.choice(CLASSES)}",
    lambda r: f"{r.choice(TAGS)} {r.choice(TAGS)}",
    lambda r: f".{r.choice(CLASSES)} .{r.choice(CLASSES)}",
    lambda r: f"{r.choice(TAGS)} > {r.choice(TAGS)}",
    lambda r: f"#i{r.randrange(4)}",
    lambda r: f"{r.choice(TAGS)}[title]",
    lambda r: f"{r.choice(TAGS)}:first-child",
)


def _declaration(r: random.Random) -> str:
    name = r.choice(list(VALUES))
    return f"{name}: {r.choice(VALUES[name])}{' !important' if r.random() < 0.15 else ''}"


def _rule(r: random.Random) -> str:
    selectors = (r.choice(SELECTORS)(r) for _ in range(r.choice((1, 1, 2))))
    return (
        f"{', '.join(selectors)} {{ {'; '.join(_declaration(r) for _ in range(r.randint(1, 4)))} }}"
    )


def _element(r: random.Random, depth: int, ids: list[str]) -> str:
    leaves, blocks = ("span", "a", "em"), ("p", "h2", "div", "ul", "table")
    tag = r.choice(
        leaves + blocks if depth == 0 else (*leaves, "div", "table") if depth == 1 else leaves
    )
    said = [f'class="{" ".join(r.sample(CLASSES, r.randint(1, 2)))}"'] if r.random() < 0.6 else []
    said += [f'id="{ids.pop()}"'] if r.random() < 0.2 and ids else []
    said += ['title="x"'] if r.random() < 0.2 else []
    said += [f'style="{_declaration(r)}; {_declaration(r)}"'] if r.random() < 0.3 else []
    if tag in ("div", "span") and depth < 3:
        inner = "".join(_element(r, depth + 1, ids) for _ in range(r.randint(1, 3)))
    elif tag == "table":
        cells = (
            f'<td class="{r.choice(CLASSES)}">{_element(r, depth + 1, ids)}</td>',
            "<td>cell</td>",
        )
        inner = f"<tr>{''.join(cells)}</tr>"
    elif tag == "ul":
        inner = "".join(f"<li>{_element(r, depth + 1, ids)}</li>" for _ in range(2))
    else:
        inner = 'words <span class="lead">more</span>' if tag != "a" else "a link"
    return f"<{' '.join([tag, *said])}>{inner}</{tag}>"


def _document(seed: int) -> str:
    r, ids = random.Random(seed), [f"i{n}" for n in range(4)]
    rules = "\n".join(_rule(r) for _ in range(r.randint(3, 14)))
    body = "".join(_element(r, 0, ids) for _ in range(3))
    head = f"<head><title>t</title><style>\n{rules}\n</style></head>"
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>"


def _bare(html: str) -> str:
    """As Gmail shows it in an app without support for style sheets."""
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


def _styles(page: "Page", documents: Sequence[str]) -> Styles:
    found: Styles = []
    for first in range(0, len(documents), 50):
        found += page.evaluate(READ, [documents[first : first + 50], COMPARED])
    return found


def _differences(made: Styles, right: Styles) -> list[tuple[int, list[str]]]:
    return [
        (number, [f"{b} and not {a}" for a, b in zip(ours[n], theirs[n], strict=True) if a != b])
        for number, (ours, theirs) in enumerate(zip(made, right, strict=True))
        for n in range(len(theirs))
        if ours[n] != theirs[n]
    ]


def test_five_hundred_style_sheets_come_out_as_the_browser_reads_them(page: "Page") -> None:
    documents = [_document(seed) for seed in range(DOCUMENTS)]
    right = _styles(page, documents)
    assert sum(map(len, right)) > 5 * DOCUMENTS
    assert not _differences(_styles(page, [_bare(inlined(one)) for one in documents]), right)


@pytest.mark.parametrize("theme", sorted(LOOKS))
def test_css_inline_makes_the_same_of_our_editions(
    page: "Page", theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources: list[str] = []

    def kept(html: str) -> str:
        sources.append(re.sub(r"<style data-premailer.*?</style>", "", html, flags=re.DOTALL))
        return inlined(html)

    monkeypatch.setattr(css, "inlined", kept)
    given = replace(settings(Path("/nonexistent")), theme=theme_named(theme))
    for language in LANGUAGES:
        render_edition(issue(), language, given)
    monkeypatch.undo()
    theirs = css_inline.CSSInliner(load_remote_stylesheets=False)
    assert not _differences(
        _styles(page, [_bare(inlined(one)) for one in sources]),
        _styles(page, [_bare(theirs.inline(one)) for one in sources]),
    )
