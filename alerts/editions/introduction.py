"""The editor's introduction: text with a little Markdown becomes safe HTML, and lines of text.

Supports paragraphs, line breaks, lists, **bold**, *italic* and links to http, https and mailto;
everything else is shown as typed. Guarantees that HTML and slots in it are not interpreted (X5, X6).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from alerts.editions.escaping import clean, link
from alerts.editions.text_part import WIDTH, directed, wrapped

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MAILTO = re.compile(r"mailto:[^\s<>\"'{}]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Introduction:
    """An introduction as an edition shows it; `mark` has its language if that differs."""

    html: Markup
    text: Markup
    mark: Markup
    direction: str

    def __bool__(self) -> bool:
        return bool(self.html)


def introduction(text: str, mark: Markup, direction: str = "ltr") -> Introduction:
    """An introduction for the HTML and the text of an edition."""
    source = "\n".join(clean(line) for line in text.split("\n"))
    tokens = _markdown().parse(source)
    # `{\slot:` and the like become a slot only once the Markdown is read
    html = _markdown().renderer.render(tokens, _markdown().options, {}).strip()
    text = "\n".join(_blocks(tokens, direction)).rstrip()
    return Introduction(Markup(_inert(html)), Markup(text), mark, direction)  # noqa: S704


@lru_cache(maxsize=1)
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # takes 60 ms to import; only needed with an introduction

    reader = MarkdownIt("zero", {"html": False, "breaks": True})
    reader.enable(["list", "emphasis", "link", "autolink", "escape", "newline"])
    reader.validateLink = lambda url: bool(link(url) or _MAILTO.fullmatch(url))  # type: ignore[method-assign]
    return reader


def _blocks(tokens: Iterable["Token"], direction: str) -> Iterator[str]:
    """The lines of the text part: a paragraph and an empty line, or the items of a list."""
    numbers: list[int | None] = []
    bullet = ""
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                if not numbers:
                    yield ""
            case "list_item_open":
                number = numbers[-1]
                bullet = "- " if number is None else f"{number}. "
                numbers[-1] = None if number is None else number + 1
            case "inline":
                indent = "  " * len(numbers)
                for line in _spoken(token.children or ()).split("\n"):
                    for piece in wrapped(_inert(line), WIDTH - len(indent)):
                        yield indent[2:] + bullet + directed(piece, direction, direction)
                        bullet = "  " if numbers else ""
                bullet = ""
                if not numbers:
                    yield ""


def _spoken(tokens: Iterable["Token"]) -> str:
    """The text without markup; the URL of a link follows its text."""
    said, opened, address = "", 0, ""
    for token in tokens:
        match token.type:
            case "link_open":
                opened, address = len(said), str(token.attrGet("href") or "")
            case "link_close":
                words = said[opened:]
                plain = address.removeprefix("mailto:")
                said += f" <{plain}>" if plain not in (words, f"{words}/") else ""
            case "softbreak" | "hardbreak":
                said += "\n"
            case _:
                said += token.content
    return said


def _inert(text: str) -> str:
    """The text with slots escaped."""
    return text.replace("{slot:", "{\N{WORD JOINER}slot:")
