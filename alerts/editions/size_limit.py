"""Keeps an edition below the size at which Gmail clips it (rules H13, S15), with the footer inside.

Works on inlined HTML, so that inlining happens once: `body.html` writes `<!--item N-->` …
`<!--/item-->` around each article of section N and `<!--more N-->` … `<!--/more-->` around the line
that says how many more there are, with `[more]` for the text. `<!--section N-->` … `<!--/section-->` is
around what goes with a section of which nothing is left, and `<!--rest-->` around the line that counts
the articles of such sections. Articles are removed from the end of the
longest section first; the marks are removed, too.
"""

import re
from collections.abc import Callable, Sequence

LIMIT = 95_000  # octets; Gmail clips at about 102,000, and a relay may re-encode

_ITEM = re.compile(r"<!--item (\d+)-->(.*?)<!--/item-->\n?", re.DOTALL)
_SECTION = re.compile(r"<!--section (\d+)-->(.*?)<!--/section-->\n?", re.DOTALL)
_REST = re.compile(r"<!--rest-->(.*?)<!--/rest-->\n?", re.DOTALL)
_MORE = re.compile(r"<!--more (\d+)-->(.*?)<!--/more-->\n?", re.DOTALL)


def fitted(
    html: str, sections: Sequence[int], more: Callable[[int], str]
) -> tuple[str, tuple[int, ...]]:
    """The document below `LIMIT` octets, and the number of articles that each section shows.

    `sections` are the numbers it has; of two equally long sections the later is shortened first.
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

    def section(match: re.Match[str]) -> str:
        return match[2] if int(match[1]) not in gone else ""

    gone = _gone(html, sections, shown)
    rest = sum(sections[n] - shown[n] for n in gone)
    html = _SECTION.sub(section, _ITEM.sub(item, html))
    html = _REST.sub(lambda m: m[1].replace("[more]", more(rest)) if rest else "", html)
    return _MORE.sub(line, html), tuple(shown)


def _gone(html: str, sections: Sequence[int], shown: Sequence[int]) -> frozenset[int]:
    """The sections of which nothing is shown any more, so that their headings are not shown either."""
    marked = {int(match[1]) for match in _SECTION.finditer(html)}
    return frozenset(n for n in marked if sections[n] and not shown[n])


def _room(html: str, sections: Sequence[int]) -> list[int]:
    """The number of articles of each section that fit."""
    sizes: list[list[int]] = [[] for _ in sections]
    for match in _ITEM.finditer(html):
        sizes[int(match[1])].append(len(match[0].encode()))
    heads = [0] * len(sections)
    for match in _SECTION.finditer(html):
        inside = sum(len(one[0].encode()) for one in _ITEM.finditer(match[0]))
        heads[int(match[1])] += len(match[0].encode()) - inside
    shown = list(sections)
    total = len(html.encode())
    while total > LIMIT:
        longest = max(range(len(shown)), key=lambda n: (len(sizes[n]), n), default=None)
        if longest is None or not sizes[longest]:
            break
        shown[longest] -= 1
        total -= sizes[longest].pop()
        total -= heads[longest] if not shown[longest] else 0
    return shown
