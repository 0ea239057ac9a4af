"""The pages of the archive as octets: what `alerts serve` answers and `alerts archive export` writes.

They differ only in their links, which a `Way` makes. Nothing here knows a visitor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath

from sqlite_utils import Database

from alerts.archive import Past, Piece
from alerts.archive.feeds import NEWEST, Channel, Entries, atom, json_feed
from alerts.archive.letter import framed, left_out, public
from alerts.colour import FIXED
from alerts.model import Edition, Month
from alerts.render.gate import link
from alerts.settings import Settings
from alerts.store import archive
from alerts.web.pages import Pages


@dataclass(frozen=True, slots=True)
class Way:
    """How a page leads to others. `root` is the way from it to the site's root.

    With `files`, pages are files that need no server: a folder's `index.html`; the pages that need
    one are at `base`, the public address.
    """

    root: str
    files: bool = False
    base: str = ""

    def to(self, path: str) -> str:
        """A link to a page of the archive, or to the form to join."""
        if not self.files:
            return self.root + path
        if path == "join":
            return f"{self.base}/join"
        return self.root + (path if PurePosixPath(path).suffix else f"{path}/index.html")


@dataclass(frozen=True, slots=True)
class Reading:
    """Makes the pages of one project's archive."""

    settings: Settings
    pages: Pages

    @property
    def base(self) -> str:
        """The public address."""
        return self.settings.web.base_url.rstrip("/")

    def languages(self, pasts: Sequence[Past]) -> tuple[str, ...]:
        """Those that the alert is made in, and those that it once was."""
        once = sorted({past.language for past in pasts} - set(self.settings.alert.languages))
        return (*self.settings.alert.languages, *once)

    def front(self, pasts: Sequence[Past], language: str, way: Way) -> str:
        """The list of all issues, in the words of `language`."""
        catalogue = self.pages.catalogue(language)
        years = []
        for year, inside in groupby(pasts, key=lambda past: past.month.year):
            months = [
                list(editions) for _, editions in groupby(inside, key=lambda past: past.month)
            ]
            years.append((year, [self._issue(editions, language) for editions in months]))
        values = {
            "years": years,
            "month_name": lambda month: _capital(catalogue.month(month)),
            "tags": [(tag, self.pages.own_name(tag)) for tag in self.languages(pasts)],
            "own_name": self.pages.own_name,
            "way": way,
            "to": way.to,
            "address": f"{self.base}/archive",
        }
        root = way.root + "archive/" if way.files else way.root
        return self.pages.html("web/archive.html", language, root, values)

    def _issue(self, editions: Sequence[Past], language: str) -> tuple[Past, list[Past]]:
        """The edition of a month that a reader of `language` is shown first, and the others."""
        wishes = (language, language.partition("-")[0], self.settings.default_language)
        by_tag = {past.language: past for past in reversed(editions)}
        first = next((by_tag[tag] for tag in wishes if tag in by_tag), editions[0])
        return first, [past for past in editions if past is not first]

    def letter(
        self,
        edition: Edition,
        month: Month,
        pieces: Sequence[Piece],
        pasts: Sequence[Past],
        way: Way,
    ) -> str:
        """An edition as it was sent, below a bar that leads on; and the articles it had no room for."""
        language, catalogue = edition.language, self.pages.catalogue(edition.language)
        here = next(p for p in pasts if (p.month, p.language) == (month, language))
        same = [past for past in pasts if past.language == language]
        place = same.index(here)
        out = left_out(edition.html, [piece.url for piece in pieces])
        rest = [p for p in pieces if p.url in out] if edition.articles < len(pieces) else []
        image = next((p.image for p in pieces if p.image), "") or link(self.settings.alert.logo)
        values = {
            "past": here,
            "month": _capital(catalogue.month(month)),
            "month_name": lambda one: _capital(catalogue.month(one)),
            "newer": same[place - 1] if place else None,
            "older": same[place + 1] if place + 1 < len(same) else None,
            "others": [p for p in pasts if p.month == month],
            "own_name": self.pages.own_name,
            "rest": rest,
            "bare": 'role="main"'
            not in edition.html,  # a template of the project's own may lack it
            "image": image,
            "address": f"{self.base}/{here.path}",
            "base": self.base,
            "feeds": Channel(self.settings, language),
            "theme": self.settings.theme,
            "fixed": FIXED,
            "to": way.to,
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
        )
        return framed(document, head=piece("head"), before=piece("bar"), after=piece("end"))

    def feed(self, db: Database, language: str, form: str) -> bytes:
        """The issues of one language as a feed; `form` is `atom` or `json`."""
        newest = archive.listed(db, language)[:NEWEST]
        entries: Entries = [(past, archive.pieces(db, past.month, language)) for past in newest]
        channel = Channel(self.settings, language)
        return atom(channel, entries) if form == "atom" else json_feed(channel, entries)


FEED_TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}


def _capital(words: str) -> str:
    """As it begins a line."""
    return words[:1].upper() + words[1:]
