"""The date beside the heading of a page: on a short line, with little else than a name and an hour. Where
the line shows “1 day ago”, what its `<time datetime>` says to programs.

Fetches nothing.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from alerts.text.plain_text import tidy

_BEHIND, _BEFORE = 14, 3  # lines behind and before the heading that are looked at
_LONGEST = 90  # characters of such a line
_WORDS = 6  # words beside the date, at most: a name, an hour, a time zone
_PROSE = 300  # characters behind the heading: the article has begun
_MONTH = r"[^\W\d_]{3,12}\.?"
_DATE = re.compile(
    rf"\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}(?!\d)|(?<!\d)\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}"
    rf"|(?<!\d)\d{{1,2}}(?:\.|st|nd|rd|th|er|º)? (?:de |d['’])?{_MONTH},? (?:de |del )?\d{{4}}(?!\d)"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}(?!\d)"
    r"|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
)
_CHANGED = re.compile(
    r"updated|modified|actuali[sz]|mis(?:e)? à jour|atualizad|обновл|aktualisiert|reviewed|accessed|"
    r"تحديث",
    re.IGNORECASE,
)
_ELSEWHERE = frozenset({"nav", "aside", "footer", "form", "script", "style", "button", "select"})


def beside_heading(tree: Any) -> list[str]:
    """The dates on the lines behind the main heading of a page and before its text, nearest first; else
    on those just before it. Without those of a change."""
    lines = list(islice(_lines(tree), 4000))
    headings = [n for n, (tag, _, _) in enumerate(lines) if tag == "h1"]
    for at in headings[:2]:
        behind, prose = list[tuple[str, str]](), 0
        for _, text, machine in lines[at + 1 : at + 1 + _BEHIND]:
            prose += len(text)
            if prose >= _PROSE:
                break
            behind.append((text, machine))
        before = [
            (text, machine) for _, text, machine in reversed(lines[max(0, at - _BEFORE) : at])
        ]
        if found := [day for line in (*behind, *before) if (day := _day(*line))]:
            return found
    return []


def _lines(tree: Any) -> Iterator[tuple[str, str, str]]:
    """The elements that hold text of their own: tag, the text of all that is in them, and the moment that
    the one `<time>` of it says to programs, or ""."""
    done: set[Any] = set()
    for one in tree.iter():
        if not isinstance(one.tag, str) or one in done:
            continue
        if one.tag in _ELSEWHERE:
            done.update(one.iter())
            continue
        if one.tag == "h1" or (_has_text(one) and next(one.iter("h1"), None) is None):
            done.update(one.iter())
            if text := tidy(one.text_content()):
                yield one.tag, text, _machine(one)


def _machine(line: Any) -> str:
    """The `datetime` of the one `<time>` in that line, unless it is that of a change; or ""."""
    found = [one for one in line.iter("time") if one.get("datetime")]
    if len(found) != 1:
        return ""
    said = " ".join(found[0].get(name, "") for name in ("class", "itemprop", "title"))
    return "" if _CHANGED.search(said) else found[0].get("datetime")


def _has_text(one: Any) -> bool:
    return bool((one.text or "").strip()) or any((child.tail or "").strip() for child in one)


def _day(line: str, machine: str) -> str:
    """The date that a short line tells, in its words or those for programs; "" for none or several."""
    if len(line) > _LONGEST or _CHANGED.search(line):
        return ""
    if machine:
        return machine
    found = list(_DATE.finditer(line))
    if len(found) != 1:
        return ""
    rest = line[: found[0].start()] + line[found[0].end() :]
    return found[0][0] if len(re.findall(r"[^\W\d_]{2,}", rest)) <= _WORDS else ""
