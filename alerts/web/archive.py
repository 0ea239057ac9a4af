"""Reading: the archive of what was sent, its feeds, its map, and the search in it.

Pages are the same for everybody and hold nothing personal, so they may be kept in caches and found by
search engines; an ETag tells when one has changed. An issue is the document of its e-mail: it runs no
script, and its Content-Security-Policy allows the inline styles that e-mails are made of, there alone.
"""

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote

from starlette.responses import Response

from alerts.archive import Past, feeds
from alerts.errors import UsageError
from alerts.model import Month
from alerts.store import archive
from alerts.web.reading import FEED_TYPES, Reading, Way
from alerts.web.visit import Page, Visit

LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
MOST_HITS = 50
LONGEST_QUESTION = 200
LONGEST_NAME = 60  # letters, of the file of an event
_NOT_IN_NAMES = re.compile(r"[\s/\\:*?\"<>|%.]+")


def _kept(visit: Visit, content: str | bytes, media: str, **headers: str) -> Response:
    """An answer that anybody may keep for some minutes, and ask again whether it has changed."""
    octets = content.encode() if isinstance(content, str) else content
    tag = f'"{hashlib.sha256(octets).hexdigest()[:24]}"'
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"ETag": tag, "Cache-Control": "public, max-age=300", "X-Robots-Tag": ""}
    asked = visit.headers.get("if-none-match", "")
    if asked.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in asked.split(",")]:
        return Response(status_code=304, headers=named)
    return Response(octets, media_type=media, headers=named)


def _reading(visit: Visit) -> Reading:
    return Reading(visit.site.settings, visit.site.pages)


def show_front(visit: Visit) -> Response:
    """All issues, in the visitor's language."""
    return _front(visit, archive.listed(visit.db), visit.language, Vary="Accept-Language")


def show_front_in(visit: Visit) -> Response:
    """All issues, in the language of the path."""
    pasts, language = archive.listed(visit.db), visit.path["language"]
    if language not in _reading(visit).languages(pasts):
        return visit.missing()
    return _front(visit, pasts, language)


def _front(visit: Visit, pasts: Sequence[Past], language: str, **more: str) -> Response:
    page = _reading(visit).front(pasts, language, Way(visit.root))
    return _kept(visit, page, "text/html", Content_Language=language, **more)


def show_letter(visit: Visit) -> Response:
    """One edition, as it was sent."""
    try:
        month = Month.parse(visit.path["month"])
    except UsageError:
        return visit.missing()
    language = visit.path["language"]
    edition = archive.edition(visit.db, month, language)
    if edition is None:
        return visit.missing()
    pieces, pasts = archive.pieces(visit.db, month, language), archive.listed(visit.db)
    page = _reading(visit).letter(edition, month, pieces, pasts, Way(visit.root))
    headers = {"Content_Language": language, "Content_Security_Policy": LETTER_POLICY}
    return _kept(visit, page, "text/html", **headers)


def show_event(visit: Visit) -> Response:
    """The calendar file of one event, as it was made when the issue was frozen."""
    try:
        month = Month.parse(visit.path["month"])
    except UsageError:
        return visit.missing()
    piece = archive.event(visit.db, month, visit.path["language"], visit.path["article"])
    if piece is None:
        return visit.missing()
    named = {"Content_Disposition": under_name(piece.title)}
    return _kept(visit, piece.ics, "text/calendar; charset=utf-8", **named)


def under_name(title: str) -> str:
    """The header field Content-Disposition of an event's file: to be kept, under its title (RFC 6266)."""
    name = _NOT_IN_NAMES.sub(" ", title)[:LONGEST_NAME].strip() or "event"
    return f"attachment; filename=\"event.ics\"; filename*=UTF-8''{quote(name, safe='')}.ics"


def show_feed(visit: Visit) -> Response:
    """The issues of one language as a feed; other sites may show it."""
    reading, language, form = _reading(visit), visit.path["language"], visit.path["form"]
    if form not in FEED_TYPES or language not in reading.languages(archive.listed(visit.db)):
        return visit.missing()
    open_to_all = {
        "Access_Control_Allow_Origin": "*",
        "Cross_Origin_Resource_Policy": "cross-origin",
    }
    return _kept(visit, reading.feed(visit.db, language, form), FEED_TYPES[form], **open_to_all)


def show_map(visit: Visit) -> Response:
    """For search engines: every page of the archive."""
    base = visit.site.settings.web.base_url
    return _kept(visit, feeds.site_map(base, archive.listed(visit.db)), "application/xml")


def show_robots(visit: Visit) -> Response:
    """For search engines: what they may read."""
    return _kept(visit, feeds.robots(visit.site.settings.web.base_url), "text/plain")


def search(visit: Visit) -> Response:
    """Past articles by their words. What was asked is kept nowhere."""
    question = visit.query.get("q", ("",))[0][:LONGEST_QUESTION].strip()
    pasts = archive.listed(visit.db)
    tags = _reading(visit).languages(pasts)
    wanted = visit.query.get("in", (visit.language,))[0]
    wanted = wanted if wanted in tags else ""
    hits = archive.search(visit.db, question, wanted, MOST_HITS + 1)
    catalogue = visit.site.pages.catalogue(visit.language)
    return visit.page(
        "archive_search.html",
        question=question,
        wanted=wanted,
        hits=hits[:MOST_HITS],
        more=len(hits) > MOST_HITS,
        tags=[(tag, visit.site.pages.own_name(tag)) for tag in tags],
        own_name=visit.site.pages.own_name,
        month_name=catalogue.month,
    )


PAGES = (
    Page("/archive", show_front),
    Page("/archive/search", search),
    Page("/archive/feed.{language}.{form}", show_feed),
    Page("/archive/{language}", show_front_in),
    Page("/archive/{month}/{language}", show_letter),
    Page("/archive/{month}/{language}/{article}.ics", show_event),
    Page("/sitemap.xml", show_map),
    Page("/robots.txt", show_robots),
)
