"""The editor's letter: plain paragraphs with a little Markdown become safe HTML, and lines of text.

Knows paragraphs, line breaks, lists, **bold**, *italic* and links to http, https and mailto; all
else stands as it was typed. Promises that no HTML and no slot of the writer's gets through (X5, X6).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from alerts.render.gate import clean, link
from alerts.render.plain import WIDTH, directed, wrapped

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_MAILTO = re.compile(r"mailto:[^\s<>\"'{}]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as an edition shows it; `mark` says its language where that is another one."""

    html: Markup
    text: Markup
    mark: Markup
    direction: str

    def __bool__(self) -> bool:
        return bool(self.html)


def letter(text: str, mark: Markup, direction: str = "ltr") -> Letter:
    """A letter for the HTML and the text of an edition."""
    source = "\n".join(clean(line) for line in text.split("\n"))
    tokens = _markdown().parse(source)
    # `{\slot:` and the like become a slot only once the Markdown is read
    html = _markdown().renderer.render(tokens, _markdown().options, {}).strip()
    text = "\n".join(_blocks(tokens, direction)).rstrip()
    return Letter(Markup(_inert(html)), Markup(text), mark, direction)  # noqa: S704


@lru_cache(maxsize=1)
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # 60 ms, only for an issue that has a letter

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
    """Words without their marks; a link's address behind its words."""
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
    """Text in which no slot is read."""
    return text.replace("{slot:", "{\N{WORD JOINER}slot:")
