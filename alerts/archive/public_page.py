"""Makes a public page from an edition as it was sent.

It is the frozen document, not rendered again: slots are filled with values for everybody, articles get
anchors (`#a-<id>`), and HTML is added to the head and around the body. Guarantees that no slot is left
unfilled and that the page has no personal data.
"""

import html
import re
from collections.abc import Collection, Mapping

from alerts.domain.picture import readdressed
from alerts.mail.body import SLOT

_LINK = re.compile(r"<a\b(?P<attributes>[^>]*?\bhref=\"(?P<href>[^\"]*)\"[^>]*)>", re.IGNORECASE)
_HAS_ID = re.compile(r"\sid\s*=", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>(?!.*</body\s*>)", re.IGNORECASE | re.DOTALL)
_FOREIGN = re.compile(
    r"""<(?:img|source|input)\b[^>]*?\b(?:src|srcset)\s*=\s*["']?\s*(?:https?:)?//
      | \bbackground\s*=\s*["']?\s*(?:https?:)?//  |  url\(\s*["']?\s*(?:https?:)?//""",
    re.IGNORECASE | re.VERBOSE,
)
_H1 = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.IGNORECASE | re.DOTALL)
_SECTION = re.compile(r"<h2\b[^>]*?\sid=\"([\w-]+)\"[^>]*>(.*?)</h2>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PERSONAL = re.compile(r"<p\b[^>]*>(?:(?!</p>).)*class=\"nobody\"(?:(?!</p>).)*</p>", re.DOTALL)
HERE = "#top"
NO_FILES: Mapping[str, str] = {}
NOBODY = '<i class="nobody"></i>'  # replaces the reader's address


def public(
    document: str,
    *,
    join: str,
    more: bool,
    anchors: dict[str, str],
    files: Mapping[str, str] = NO_FILES,
    pictures: Mapping[str, str] = NO_FILES,
) -> str:
    """The document for everyone. `join` is the target of its personal links; `more` is True if articles
    follow that the e-mail had no room for; `anchors` are the ids of its articles by URL; `files` are
    relative links to our files by their path, and `pictures` those to our pictures by name, as
    `web.base_url` may have changed since."""
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

    return readdressed(_LINK.sub(anchored, document), pictures)


def headline_of(document: str) -> str:
    """The headline of an issue, as text; empty where a template of a project's own has none."""
    found = _H1.search(document)
    return _words(found[1]) if found else ""


def contents(document: str) -> list[tuple[str, str]]:
    """The sections of an issue: the id of each heading, and its words."""
    return [(anchor, _words(words)) for anchor, words in _SECTION.findall(document)]


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


def without_reader(document: str) -> str:
    """A public page without the sentence that names its reader, for what knows no `:has()`."""
    return _PERSONAL.sub("", document)


def loads_from_elsewhere(document: str) -> bool:
    """True for a page that shows a picture of another site: issues of before November 2026 may, and
    those that are made with pictures.delivery = "source"."""
    return bool(_FOREIGN.search(document))


def left_out(document: str, links: Collection[str]) -> set[str]:
    """The `links` that are not in the document: articles that the e-mail had no room for."""
    there = {html.unescape(match["href"]) for match in _LINK.finditer(document)}
    return {link for link in links if link and link not in there}


def framed(document: str, *, head: str, before: str, after: str) -> str:
    """The document with HTML added at the end of its head, and before and after the body's content."""
    document = _inserted(document, _HEAD_END, head, behind=False)
    document = _inserted(document, _BODY, before, behind=True)
    match = _BODY_END.search(document)
    end = match.start() if match else len(document)
    return document[:end] + after + document[end:]


def _inserted(document: str, mark: re.Pattern[str], piece: str, *, behind: bool) -> str:
    match = mark.search(document)
    place = (match.end() if behind else match.start()) if match else 0
    return document[:place] + piece + document[place:]
