"""The archive of sent issues: its pages, feeds, site map, and search.

Pages are the same for everybody and contain nothing personal, so caches may store them and search
engines index them; an ETag changes when one has changed. An issue is the document of its e-mail: it
runs no script, and its Content-Security-Policy allows inline styles, only there.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import partial, wraps
from urllib.parse import quote

from starlette.responses import Response

from alerts.archive import feeds
from alerts.archive.public_page import loads_from_elsewhere
from alerts.domain.archived import Past
from alerts.domain.errors import UsageError
from alerts.domain.imported import KEY
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.web.archive_pages import FEED_TYPES, ArchivePages, Extras, PageLinks
from alerts.web.imported_pages import all_pasts, imported_page
from alerts.web.logo import logos
from alerts.web.page_cache import CachedPage
from alerts.web.request import Page, View, Visit

LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {images}; "
    "form-action 'none'; base-uri 'none'; frame-ancestors {frames}"
)
MOST_HITS = 50
LONGEST_QUESTION = 200
LONGEST_NAME = 60  # most characters of the name of a calendar file
_OPEN_TO_ALL = {
    "Access_Control_Allow_Origin": "*",
    "Cross_Origin_Resource_Policy": "cross-origin",
}
_NOT_IN_NAMES = re.compile(r"[\s/\\:*?\"<>|%.]+")


def _kept(content: str | bytes, media: str, **headers: str) -> CachedPage:
    """An answer that anybody may cache for some minutes, and then revalidate."""
    octets = content.encode() if isinstance(content, str) else content
    tag = f'"{hashlib.sha256(octets).hexdigest()[:24]}"'
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"X-Robots-Tag": ""} | named
    named |= {"ETag": tag, "Cache-Control": "public, max-age=300"}
    return CachedPage(octets, media, named)


def _cached(view: Callable[[Visit], Response | CachedPage]) -> View:
    """The view, made once for every change of the archive, path and language."""

    @wraps(view)
    def shown(visit: Visit) -> Response:
        cache, changes = visit.site.cache, visit.project.archive.changes()
        key = (view.__name__, *sorted(visit.path.items()), visit.language, visit.root)
        answer = cache.find(key, changes)
        if answer is None:
            made = view(visit)
            if isinstance(made, Response):
                return made
            cache.keep(key, changes, answer := made)
        asked = [one.strip() for one in visit.headers.get("if-none-match", "").split(",")]
        if asked == ["*"] or answer.headers["ETag"] in [one.removeprefix("W/") for one in asked]:
            return Response(status_code=304, headers=dict(answer.headers))
        return Response(answer.octets, media_type=answer.media, headers=dict(answer.headers))

    return shown


def reading(visit: Visit) -> ArchivePages:
    """What makes the pages of the archive for this visit."""
    facts, there = visit.project.archive.facts(), partial(logos, visit.project)
    return ArchivePages(visit.site.settings, visit.site.pages, facts, there)


@_cached
def show_front(visit: Visit) -> Response | CachedPage:
    """All issues, in the visitor's language."""
    return _front(visit, all_pasts(visit.project.archive), visit.language, Vary="Accept-Language")


@_cached
def show_front_in(visit: Visit) -> Response | CachedPage:
    """All issues, in the language of the path."""
    pasts, language = all_pasts(visit.project.archive), visit.path["language"]
    if language not in reading(visit).languages(pasts):
        return visit.missing()
    return _front(visit, pasts, language)


def _front(
    visit: Visit, pasts: Sequence[Past], language: str, **more: str
) -> Response | CachedPage:
    pages = reading(visit)
    latest = pages.latest(pasts, language)
    share = visit.project.archive.share_picture(latest.month, latest.language) if latest else ""
    page = pages.front(pasts, language, PageLinks(visit.root), share)
    return _kept(page, "text/html", Content_Language=language, **more)


@_cached
def show_edition(visit: Visit) -> Response | CachedPage:
    """One edition, as it was sent; or an imported issue."""
    if KEY.fullmatch(visit.path["month"]):
        return _imported(visit)
    found = _edition(visit)
    if found is None:
        return visit.missing()
    month, edition = found
    archive, language = visit.project.archive, edition.language
    extras = Extras(
        visit.project.pictures.names_of_issue(month),
        archive.share_picture(month, language),
        archive.has_pdf(month, language),
        archive.corrections(month, language),
    )
    pieces, way = archive.pieces(month, language), PageLinks(visit.root)
    page = reading(visit).edition(edition, month, pieces, archive.listed(), way, extras)
    images = "https: http: data:" if loads_from_elsewhere(page) else "'self'"
    policy = LETTER_POLICY.format(images=images, frames="'none'")
    headers = {"Content_Language": language, "Content_Security_Policy": policy}
    return _kept(page, "text/html", **headers)


def _imported(visit: Visit) -> Response | CachedPage:
    """An imported issue, in the design of the pages."""
    key, language = visit.path["month"], visit.path["language"]
    way = PageLinks(visit.root)
    page = imported_page(visit.project.archive, reading(visit), key, language, way)
    return _kept(page, "text/html", Content_Language=language) if page else visit.missing()


def _edition(visit: Visit) -> tuple[Month, Edition] | None:
    """The edition that the path names."""
    try:
        month = Month.parse(visit.path["month"])
    except UsageError:
        return None
    edition = visit.project.archive.edition(month, visit.path["language"])
    return (month, edition) if edition else None


@_cached
def show_miniature(visit: Visit) -> Response | CachedPage:
    """An edition in small, for a frame of the sign-up page; it loads pictures of ours alone."""
    found = _edition(visit)
    if found is None:
        return visit.missing()
    month, edition = found
    names = visit.project.pictures.names_of_issue(month)
    page = reading(visit).miniature(edition, PageLinks(visit.root), names)
    frames = " ".join(("'self'", *visit.site.settings.web.embed_origins))
    policy = LETTER_POLICY.format(images="'self'", frames=frames)
    headers = {"Content_Security_Policy": policy, "X_Frame_Options": ""}
    return _kept(page, "text/html", **headers, X_Robots_Tag="noindex")


@_cached
def show_pdf(visit: Visit) -> Response | CachedPage:
    """An edition as a PDF file, where one was made."""
    try:
        month = Month.parse(visit.path["month"])
    except UsageError:
        return visit.missing()
    language = visit.path["language"]
    octets = visit.project.archive.pdf(month, language)
    if not octets:
        return visit.missing()
    named = {"Content_Disposition": f'inline; filename="{month}.{language}.pdf"'}
    return _kept(octets, "application/pdf", **named)


@_cached
def show_event(visit: Visit) -> Response | CachedPage:
    """The calendar file of one event, as it was made when the issue was frozen."""
    try:
        month = Month.parse(visit.path["month"])
    except UsageError:
        return visit.missing()
    piece = visit.project.archive.event(month, visit.path["language"], visit.path["article"])
    if piece is None:
        return visit.missing()
    named = {"Content_Disposition": under_name(piece.title)}
    return _kept(piece.ics, "text/calendar; charset=utf-8", **named)


def under_name(title: str) -> str:
    """The header field Content-Disposition of an event's file: to be saved, with its title as the name
    (RFC 6266)."""
    name = _NOT_IN_NAMES.sub(" ", title)[:LONGEST_NAME].strip() or "event"
    return f"attachment; filename=\"event.ics\"; filename*=UTF-8''{quote(name, safe='')}.ics"


@_cached
def show_feed(visit: Visit) -> Response | CachedPage:
    """The issues of one language as a feed; other sites may show it."""
    pages, language, feed_format = reading(visit), visit.path["language"], visit.path["format"]
    if feed_format not in FEED_TYPES or language not in pages.languages(
        all_pasts(visit.project.archive)
    ):
        return visit.missing()
    octets = pages.feed(visit.project.archive, language, feed_format)
    return _kept(octets, FEED_TYPES[feed_format], **_OPEN_TO_ALL)


@_cached
def show_section_feed(visit: Visit) -> Response | CachedPage:
    """The stories of one section in one language as a feed, where the settings offer it."""
    pages, path = reading(visit), visit.path
    section, language, feed_format = path["section"], path["language"], path["format"]
    known = (
        section in pages.sections_fed
        and feed_format in FEED_TYPES
        and language in pages.languages(all_pasts(visit.project.archive))
    )
    if not known:
        return visit.missing()
    octets = pages.section_feed(visit.project.archive, section, language, feed_format)
    return _kept(octets, FEED_TYPES[feed_format], **_OPEN_TO_ALL)


@_cached
def show_events(visit: Visit) -> Response | CachedPage:
    """The events of past issues as a calendar to subscribe to, where the settings offer it."""
    pages, language = reading(visit), visit.path["language"]
    there = pages.languages(all_pasts(visit.project.archive))
    if not visit.site.settings.web.events_feed or language not in there:
        return visit.missing()
    octets = pages.events_feed(visit.project.archive, language)
    return _kept(octets, "text/calendar; charset=utf-8", **_OPEN_TO_ALL)


@_cached
def show_map(visit: Visit) -> Response | CachedPage:
    """The site map, for search engines: every page of the archive."""
    base = visit.site.settings.web.base_url
    return _kept(feeds.site_map(base, all_pasts(visit.project.archive)), "application/xml")


@_cached
def show_robots(visit: Visit) -> Response | CachedPage:
    """robots.txt, for search engines."""
    return _kept(feeds.robots(visit.site.settings.web.base_url), "text/plain")


def search(visit: Visit) -> Response:
    """Search past articles by their text. The search text is not stored."""
    question = visit.query.get("q", ("",))[0][:LONGEST_QUESTION].strip()
    pasts = all_pasts(visit.project.archive)
    tags = reading(visit).languages(pasts)
    wanted = visit.query.get("in", (visit.language,))[0]
    wanted = wanted if wanted in tags else ""
    hits = visit.project.archive.search(question, wanted, MOST_HITS + 1)
    catalogue = visit.site.pages.catalogue(visit.language)
    return visit.page(
        "archive_search.html",
        question=question,
        wanted=wanted,
        hits=hits[:MOST_HITS],
        more=len(hits) > MOST_HITS,
        tags=[(tag, visit.site.pages.own_name(tag)) for tag in tags],
        own_name=visit.site.pages.own_name,
        month_name=catalogue.month_heading,
    )


PAGES = (
    Page("/archive", show_front),
    Page("/archive/search", search),
    Page("/archive/feed.{language}.{format}", show_feed),
    Page("/archive/events.{language}.ics", show_events),
    Page("/archive/sections/{section}/feed.{language}.{format}", show_section_feed),
    Page("/archive/{language}", show_front_in),
    Page("/archive/{month}/{language}", show_edition),
    Page("/archive/{month}/{language}/miniature", show_miniature),
    Page("/archive/{month}/{language}/issue.pdf", show_pdf),
    Page("/archive/{month}/{language}/{article}.ics", show_event),
    Page("/sitemap.xml", show_map),
    Page("/robots.txt", show_robots),
)
