"""The pages of the archive as octets, for `alerts serve` and `alerts archive export`.

The two differ only in their links, which a `PageLinks` makes. Nothing here depends on a visitor.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import PurePosixPath

from alerts.archive.calendar_feed import calendar_feed
from alerts.archive.feeds import NEWEST, Entries, LanguageFeed, atom, json_feed
from alerts.archive.public_page import contents, framed, headline_of, left_out, public
from alerts.archive.section_feeds import SectionFeed, section_atom, section_feed_path, section_json
from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle, Facts, Past
from alerts.domain.article import FEATURED
from alerts.domain.issue import Edition
from alerts.domain.languages import primary
from alerts.domain.month import Month
from alerts.domain.picture import picture_path, readdressed
from alerts.editions.correction import ShownCorrection
from alerts.editions.escaping import link
from alerts.editions.view import Viewer
from alerts.library.archive import Archive
from alerts.web.templates import Pages

_NEED_A_SERVER = ("join", "widget", "accessibility")
_EARLIER = 2  # issues beside an issue


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """What is shown of an edition in a list: `picture` is a path below the site's root, or empty."""

    title: str
    picture: str
    stories: int


@dataclass(frozen=True, slots=True)
class Extras:
    """What was made of an edition beside itself: the names of the pictures of its issue, the picture
    that other sites show, whether there is a PDF file, and its corrections."""

    names: Collection[str] = ()
    share: str = ""
    pdf: bool = False
    corrections: Sequence[ShownCorrection] = ()


NO_EXTRAS = Extras()
Logos = Callable[[str, Callable[[str], str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links of a page. `root` is the path from it to the site's root.

    With `files`, pages are files that need no server: a folder's `index.html`; the pages that need one
    are at `base`, the public address.
    """

    root: str
    files: bool = False
    base: str = ""

    def to(self, path: str) -> str:
        """A link to a page of the archive, or to the form for subscribing."""
        if not self.files:
            return self.root + path
        if path in _NEED_A_SERVER:
            return f"{self.base}/{path}"
        return self.root + (path if PurePosixPath(path).suffix else f"{path}/index.html")


@dataclass(frozen=True, slots=True)
class ArchivePages:
    """Makes the pages of one project's archive.

    `facts` are those of its editions, `logos` gives the values of templates for the alert's logo in a
    language, by what makes links.
    """

    settings: Settings
    pages: Pages
    facts: Mapping[tuple[Month, str], Facts] = field(default_factory=dict)
    logos: Logos = lambda language, to: {}

    @property
    def base(self) -> str:
        """The base URL of the pages."""
        return self.settings.web.public_url

    def languages(self, pasts: Sequence[Past]) -> tuple[str, ...]:
        """The alert's present languages, and those of past editions."""
        once = sorted({past.language for past in pasts} - set(self.settings.alert.languages))
        return (*self.settings.alert.languages, *once)

    def shown(self, past: Past) -> ListedEdition:
        """What is shown of an edition in a list."""
        if past.key:
            return ListedEdition(past.subject, "", 0)
        facts = self.facts.get((past.month, past.language), Facts())
        picture = picture_path(facts.picture) if facts.picture else ""
        return ListedEdition(facts.headline or past.subject, picture, facts.stories)

    def front(self, pasts: Sequence[Past], language: str, way: PageLinks, share: str = "") -> str:
        """The list of all issues, in `language`; `share` is the name of the picture of the latest one
        that other sites show."""
        catalogue = self.pages.catalogue(language)
        years = []
        for year, inside in groupby(pasts, key=lambda past: past.month.year):
            months = [
                list(editions)
                for _, editions in groupby(inside, key=lambda past: (past.month, past.key))
            ]
            years.append((year, [self._issue(editions, language) for editions in months]))
        values = {
            "years": years,
            "month_name": catalogue.month_heading,
            "tags": [(tag, self.pages.own_name(tag)) for tag in self.languages(pasts)],
            "own_name": self.pages.own_name,
            "way": way,
            "to": way.to,
            "address": f"{self.base}/archive",
            "shown": self.shown,
            "total": len({(past.month, past.key) for past in pasts}),
            "share": f"{self.base}/{picture_path(share)}" if share else "",
            "fed": self._fed(language),
            **self.logos(language, way.to),
        }
        root = way.root + "archive/" if way.files else way.root
        return self.pages.html("web/archive.html", language, root, values)

    def latest(self, pasts: Sequence[Past], language: str) -> Past | None:
        """The last issue, in the language that a reader of `language` is shown."""
        newest = [p for p in pasts if (p.month, p.key) == (pasts[0].month, pasts[0].key)]
        return self._issue(newest, language)[0] if newest else None

    def _issue(self, editions: Sequence[Past], language: str) -> tuple[Past, list[Past]]:
        """The edition of a month that a reader of `language` is shown first, and the others."""
        preferred = (language, primary(language), self.settings.default_language)
        by_tag = {past.language: past for past in reversed(editions)}
        first = next((by_tag[tag] for tag in preferred if tag in by_tag), editions[0])
        return first, [past for past in editions if past is not first]

    def edition(
        self,
        edition: Edition,
        month: Month,
        pieces: Sequence[ArchivedArticle],
        pasts: Sequence[Past],
        way: PageLinks,
        extras: Extras = NO_EXTRAS,
    ) -> str:
        """An edition as it was sent, below a bar with links and its corrections; and the articles for
        which it had no space."""
        language, catalogue = edition.language, self.pages.catalogue(edition.language)
        here = next(p for p in pasts if (p.month, p.language) == (month, language))
        same = [past for past in pasts if past.language == language]
        place = same.index(here)
        out = left_out(edition.html, [piece.url for piece in pieces])
        rest = [p for p in pieces if p.url in out] if edition.articles < len(pieces) else []
        image = next((p.image for p in pieces if p.image), "") or link(self.settings.alert.logo)
        here_now = {name: f"{self.base}/{picture_path(name)}" for name in extras.names}
        if extras.share:
            image = f"{self.base}/{picture_path(extras.share)}"
        values = {
            "past": here,
            "month": catalogue.month_heading(month),
            "month_name": catalogue.month_heading,
            "newer": same[place - 1] if place else None,
            "older": same[place + 1] if place + 1 < len(same) else None,
            "others": [p for p in pasts if p.month == month],
            "own_name": self.pages.own_name,
            "rest": rest,
            "bare": 'role="main"' not in edition.html,  # the project's own template may lack it
            "image": readdressed(image, here_now),
            "address": f"{self.base}/{here.path}",
            "base": self.base,
            "feeds": LanguageFeed(self.settings, language),
            "title": headline_of(edition.html) or here.subject,
            "drawn": bool(extras.share),
            "contents": contents(edition.html),
            "earlier": same[place + 1 :][:_EARLIER],
            "shown": self.shown,
            "corrections": extras.corrections,
            "pdf": f"{here.path}/issue.pdf" if extras.pdf else "",
            "to": way.to,
            **self.logos(language, way.to),
        }

        def piece(name: str) -> str:
            return self.pages.html(f"web/archive_{name}.html", language, way.root, values)

        anchors = {p.url: p.id for p in pieces if p.url and p not in rest}
        paths = [here.event_path(p.id) for p in pieces if p.ics]
        document = public(
            edition.html,
            join=way.to("join"),
            more=bool(rest),
            anchors=anchors,
            files={path: way.to(path) for path in paths},
            pictures={name: way.to(picture_path(name)) for name in extras.names},
        )
        return framed(document, head=piece("head"), before=piece("bar"), after=piece("end"))

    def miniature(self, edition: Edition, way: PageLinks, names: Collection[str]) -> str:
        """An edition alone, to be shown in small: nothing in it can be pressed."""
        pictures = {name: way.to(picture_path(name)) for name in names}
        document = public(edition.html, join="", more=False, anchors={}, pictures=pictures)
        return framed(document, head=MINIATURE_HEAD, before="", after="")

    def feed(self, archive: Archive, language: str, feed_format: str) -> bytes:
        """The issues of one language as a feed; `feed_format` is `atom` or `json`."""
        newest = archive.listed(language)[:NEWEST]
        entries: Entries = [
            (
                past,
                archive.pieces(past.month, language),
                archive.corrections(past.month, language),
            )
            for past in newest
        ]
        about = LanguageFeed(self.settings, language)
        return atom(about, entries) if feed_format == "atom" else json_feed(about, entries)

    @property
    def sections_fed(self) -> tuple[str, ...]:
        """The sections that have feeds; none where the settings offer none."""
        if not self.settings.web.section_feeds:
            return ()
        return tuple(dict.fromkeys((FEATURED, *self.settings.alert.sections)))

    def section_feed(
        self, archive: Archive, section: str, language: str, feed_format: str
    ) -> bytes:
        """The stories of one section in one language as a feed."""
        title = Viewer(self.pages.catalogue(language), self.settings).section_title(section)
        stories = [
            (past, piece)
            for past in archive.listed(language)[:NEWEST]
            for piece in archive.pieces(past.month, language)
            if piece.section == section
        ]
        feed = SectionFeed(self.settings, section, title, language)
        return (section_atom if feed_format == "atom" else section_json)(feed, stories)

    def _fed(self, language: str) -> list[tuple[str, str, str]]:
        """(media type, title, path) of each further feed that a page names."""
        viewer = Viewer(self.pages.catalogue(language), self.settings)
        listed = [
            (FEED_TYPES[kind].partition(";")[0], viewer.section_title(key), path)
            for key in self.sections_fed
            for kind in FEED_TYPES
            for path in [section_feed_path(key, language, kind)]
        ]
        if self.settings.web.events_feed:
            title = viewer.section_title("events")
            listed.append(("text/calendar", title, f"archive/events.{language}.ics"))
        return listed

    def events_feed(self, archive: Archive, language: str) -> bytes:
        """The events of the issues of one language as a calendar; each once, as the newest issue had it."""
        found: dict[str, bytes] = {}
        for past in archive.listed(language)[:NEWEST]:
            for piece in archive.pieces(past.month, language):
                if piece.ics:
                    found.setdefault(piece.id, piece.ics)
        return calendar_feed(self.settings.alert.name, found.values())


MINIATURE_HEAD = """<style>
body{margin:0!important;padding:0!important;overflow:hidden}
a[href="#top"],p:has(.nobody){display:none!important}
</style>
"""
FEED_TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}
