"""An edition as it was sent becomes a page for everyone.

The frozen document itself, with nothing rendered anew: slots are filled with what is true for everybody,
articles get anchors (`#a-<id>`), and pieces of ours are put into the head and around the body. Promises
that no slot stands open and that nothing personal is in the page.
"""

import html
import re
from collections.abc import Collection, Mapping

from alerts.message.body import SLOT

_LINK = re.compile(r"<a\b(?P<attributes>[^>]*?\bhref=\"(?P<href>[^\"]*)\"[^>]*)>", re.IGNORECASE)
_HAS_ID = re.compile(r"\sid\s*=", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>(?!.*</body\s*>)", re.IGNORECASE | re.DOTALL)
HERE = "#top"
NO_FILES: Mapping[str, str] = {}
NOBODY = '<i class="nobody"></i>'  # stands where the reader's address was


def public(
    document: str,
    *,
    join: str,
    more: bool,
    anchors: dict[str, str],
    files: Mapping[str, str] = NO_FILES,
) -> str:
    """The document for everyone. `join` is where its personal links lead; `more` whether articles
    follow that it had no room for; `anchors` are the ids of its articles by their links; `files` are
    the ways from the page to files of ours, by their paths: the address of the pages may have changed
    since."""
    filled = {
        "unsubscribe_url": html.escape(join),
        "preferences_url": html.escape(join),
        "browser_url": "#more" if more else HERE,
        "address": NOBODY,
    }
    document = SLOT.sub(lambda slot: filled.get(slot[1], slot[2] or ""), document)
    left = dict(anchors)

    def anchored(match: re.Match[str]) -> str:
        href = html.unescape(match["href"])
        way = next((way for path, way in files.items() if href.endswith(f"/{path}")), "")
        if way:
            return match[0].replace(match["href"], html.escape(way), 1)
        known = left.pop(href, None)
        if known is None or _HAS_ID.search(match["attributes"]):
            return match[0]
        return f'<a id="a-{known}"{match["attributes"]}>'

    return _LINK.sub(anchored, document)


def left_out(document: str, links: Collection[str]) -> set[str]:
    """Those of the links that the document does not have: articles for which there was no room."""
    there = {html.unescape(match["href"]) for match in _LINK.finditer(document)}
    return {link for link in links if link and link not in there}


def framed(document: str, *, head: str, before: str, after: str) -> str:
    """The document with pieces of ours: at the end of its head, and around what its body holds."""
    document = _inserted(document, _HEAD_END, head, behind=False)
    document = _inserted(document, _BODY, before, behind=True)
    match = _BODY_END.search(document)
    end = match.start() if match else len(document)
    return document[:end] + after + document[end:]


def _inserted(document: str, mark: re.Pattern[str], piece: str, *, behind: bool) -> str:
    match = mark.search(document)
    place = (match.end() if behind else match.start()) if match else 0
    return document[:place] + piece + document[place:]
