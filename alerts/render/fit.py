"""Fits an edition below the size at which Gmail clips it (rules H13, S15), so the footer is inside.

Works on inlined HTML, so that inlining happens once: `body.html` writes `<!--item N-->` …
`<!--/item-->` around each article of section N and `<!--more N-->` … `<!--/more-->` around the line
that says how many more there are, with `[more]` for the words. Articles go from the end of the
longest section first; these marks never reach a reader.
"""

import re
from collections.abc import Callable, Sequence

LIMIT = 95_000  # octets; Gmail clips at about 102,000, and a relay may re-encode

_ITEM = re.compile(r"<!--item (\d+)-->(.*?)<!--/item-->\n?", re.DOTALL)
_MORE = re.compile(r"<!--more (\d+)-->(.*?)<!--/more-->\n?", re.DOTALL)


def fitted(
    html: str, sections: Sequence[int], more: Callable[[int], str]
) -> tuple[str, tuple[int, ...]]:
    """The document below `LIMIT`, and how many articles of each section it shows.

    `sections` says how many each has; of two equally long ones the later gives first.
    """
    shown = _room(html, sections)
    seen = [0] * len(sections)

    def item(match: re.Match[str]) -> str:
        number = int(match[1])
        seen[number] += 1
        return match[2] if seen[number] <= shown[number] else ""

    def line(match: re.Match[str]) -> str:
        left_out = sections[int(match[1])] - shown[int(match[1])]
        return match[2].replace("[more]", more(left_out)) if left_out else ""

    return _MORE.sub(line, _ITEM.sub(item, html)), tuple(shown)


def _room(html: str, sections: Sequence[int]) -> list[int]:
    """How many articles of each section fit."""
    sizes: list[list[int]] = [[] for _ in sections]
    for match in _ITEM.finditer(html):
        sizes[int(match[1])].append(len(match[0].encode()))
    shown = list(sections)
    total = len(html.encode())
    while total > LIMIT:
        longest = max(range(len(shown)), key=lambda n: (len(sizes[n]), n), default=None)
        if longest is None or not sizes[longest]:
            break
        shown[longest] -= 1
        total -= sizes[longest].pop()
    return shown
