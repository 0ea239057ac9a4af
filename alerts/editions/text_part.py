"""The text part: lines that wrap, headings that are underlined, links as footnotes.

Filters and values for `body.txt`. Lines are at most 72 columns wide, counted as a terminal does (a
Chinese character takes two, an accent none), except URLs, which are not broken and have lines of their
own. Lines of right-to-left text, and left-to-right lines among them, get invisible marks so that
their punctuation stays on the right side, whatever direction a mail program assumes (rule H10).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from alerts.editions.escaping import Named, link, printed

WIDTH = 72
_MARKS = {"ltr": "\N{LEFT-TO-RIGHT MARK}", "rtl": "\N{RIGHT-TO-LEFT MARK}"}
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
_WIDE = (
    r"\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
)
# characters that must not begin a line: 。，！ and the like, closing brackets
_CLOSING = r"\u3001\u3002\u3009\u300b\u300d\u300f\u3011\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f"
# A no-break space is part of a word, and so is a slot; a footnote's number stays with its word.
# Between wide characters a line may break anywhere.
_PIECE = re.compile(
    rf"(?P<gap>[ \t\n\r\f\v]*)"
    rf"(?P<word>(?:[{_WIDE}]|(?:\{{slot:[^{{}}]*\}}|[^ \t\n\r\f\v{_WIDE}])+)[{_CLOSING}]*(?: \[\d+\])?)"
)


class Footnotes:
    """The links of a text part: numbered in order, listed where the template asks for them."""

    def __init__(self) -> None:
        self._last = 0
        self._open: dict[str, int] = {}

    def __call__(self, url: str) -> str:
        """“ [3]”, to follow the linked text; "" if there is no link."""
        if not url:
            return ""
        if url not in self._open:
            self._last += 1
            self._open[url] = self._last
        return f" [{self._open[url]}]"

    def listed(self) -> list[tuple[int, str]]:
        """The links since the last list, each with its number."""
        found = [(number, url) for url, number in self._open.items()]
        self._open = {}
        return found


@pass_context
def noted(context: Context, named: Named) -> str:
    """The name of an organisation, and the number of its link where there is one."""
    return str(printed(named.name)) + str(context["note"](link(named.link)))


@pass_context
def wrap(context: Context, said: Any, indent: str = "", after: str = "") -> Markup:
    """`said` in lines after `indent`; `after` follows it: a footnote's number.

    `MarkedText` has a direction, interface texts have the edition's, and names and addresses that of
    their first strong character.
    """
    base = str(context["view"].direction)
    text = str(printed(getattr(said, "text", said)))
    direction = getattr(said, "direction", "")
    if not direction:
        direction = base if isinstance(said, Markup) else _first_strong(text) or base
    text += after
    lines = wrapped(text, WIDTH - len(indent))
    return Markup("\n".join(indent + directed(line, direction, base) for line in lines))  # noqa: S704


@pass_context
def underline(context: Context, text: str, mark: str = "-") -> Markup:
    """`text` on a line, and a line of `mark` of the same width below it."""
    base = str(context["view"].direction)
    lines = wrapped(str(printed(text)), WIDTH)
    width = max((columns(line) for line in lines), default=0)
    said = [directed(line, base, base) for line in (*lines, mark * min(width, WIDTH))]
    return Markup("\n".join(said))  # noqa: S704


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns; a longer word has a line of its own."""
    lines, line, used = [], "", 0
    for gap, word in _pieces(text):
        room = columns(word) + bool(gap and line)
        if line and used + room > width:
            lines.append(line)
            line, used = "", 0
        line += (" " if gap and line else "") + word
        used = columns(line)
    return [*lines, line] if line else lines


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for match in _PIECE.finditer(text):
        yield match["gap"], match["word"]


def columns(text: str) -> int:
    """The number of columns of a terminal that it takes."""
    return sum(
        0
        if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf"
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def directed(line: str, direction: str, base: str) -> str:
    """`line` with the marks that keep its ends in place when it is read in `direction`.

    A line that is left-to-right throughout gets none.
    """
    if "rtl" not in (direction, base):
        return line
    mark = _MARKS[direction]
    before = mark if _first_strong(line) != direction else ""
    return before + line + (mark if _first_strong(line[-1:]) != direction else "")


def _first_strong(text: str) -> str:
    """The direction of the first strong character, or "" (UAX #9, rule P2)."""
    found = (_STRONG.get(unicodedata.bidirectional(letter), "") for letter in text)
    return next(filter(None, found), "")
