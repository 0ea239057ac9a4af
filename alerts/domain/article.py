"""An article and what belongs to it: translations, picture, event, source, profile."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from alerts.domain.article_fields import ArticleField
from alerts.domain.article_fields import ArticleFieldKind as Kind
from alerts.domain.confidence import FieldConfidence, guessed_fields
from alerts.domain.field_table import fields_of
from alerts.domain.picture import Focus

FEATURED = "featured"  # the section that always comes first
STORY_FORMS = ("lead", "card", "row", "line")  # the forms that an editor may choose for a story


class SourceKind(StrEnum):
    """How a source is read; plug-ins add more (`sources/kinds.py`)."""

    FEED = "feed"
    PAGE = "page"
    LISTING = "listing"  # a page of links to articles, which are followed
    CALENDAR = "calendar"
    FOLDER = "folder"
    TABLE = "table"  # a CSV file
    PDF = "pdf"
    WORDPRESS = "wordpress"  # its REST interface
    SITEMAP = "sitemap"  # its pages are read, as those of a listing
    REFERENCES = "references"  # RIS or CSL-JSON
    MAILBOX = "mailbox"  # over IMAP, or a Maildir: what members mail in


OF_PAGES = frozenset(
    {SourceKind.PAGE, SourceKind.LISTING, SourceKind.SITEMAP, SourceKind.PDF}
)  # their articles are read from web pages
OF_LINKS = frozenset({SourceKind.LISTING, SourceKind.SITEMAP})  # … to which they lead


@dataclass(frozen=True, slots=True)
class Translation:
    """Title and summary of an article in one language; an empty field is not translated.

    `url` is the page in that language, or empty.
    """

    title: str = ""
    summary: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by its absolute URL; `alt` is empty if nobody has described it.

    `url` is `file:…` for a file of the project, `picture:…` for one that an editor has given. `focus` is
    the point that must stay in view where it is cropped.
    """

    url: str
    alt: str = ""
    focus: Focus | None = None


def day_or_moment(text: str) -> date | datetime:
    """`2026-10-31`, or a moment such as `2026-10-31T18:00+01:00` (ISO 8601); raises `ValueError`."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Event:
    """When and where an event takes place. `start` and `end` are days, or aware moments.

    `ics` is the URL of a calendar file that holds it.
    """

    start: date | datetime
    end: date | datetime | None = None
    place: str = ""
    ics: str = ""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another source's article about the same story, named by its primary article."""

    id: str
    url: str
    name: str  # who published it


NO_TRANSLATIONS: Mapping[str, Translation] = MappingProxyType({})

NO_ADDRESSES: Mapping[str, str] = MappingProxyType({})


_SUMMARY = ArticleField(label="Summary", ruled=True, help="Plain text, a few sentences.")
_LANGUAGE = ArticleField(
    label="Language", ruled=True, help="The language that the page is written in."
)
_PUBLISHED = ArticleField(Kind.MOMENT, help="2026-10-31 or 2026-10-31T18:00+01:00")
_PROFILE = ArticleField(Kind.NAME, help="The partner organisation that it belongs to.")
_LAYOUT = ArticleField(
    Kind.NAME,
    decided=True,
    help="Its form in the e-mail: lead, card, row, line; auto: by its content.",
)
_NOTE = ArticleField(label="Note", decided=True, help="For you and your colleagues; never mailed.")


@dataclass(frozen=True, slots=True)
class Article:
    """One item; the table from which the store, import, export, commands and JSON follow.

    A new field is one line here; the database needs no migration, for it keeps fields by their names.
    Texts are plain and clean; `url` is canonical and absolute. `guessed`: the language is neither
    declared nor certain from the text; `confidence`: which values are not sure, and why. `same_as` is
    the id of the primary article that this one is a duplicate or a translation of; `reports` are the
    duplicates of this one: neither is a field, since other articles decide them. `first_url` is the
    address where it was first found, if its site has moved it since. `pages` is the number of pages of a
    PDF file. Given by a source and not stored:
    `alternates`, by language the pages that it names as translations of this one, `marks`, what else it
    is known by (`text/aliases.py`), and `text`, the full text.
    """

    url: Annotated[str, ArticleField(Kind.ADDRESS, ruled=True)]
    title: Annotated[str, ArticleField(label="Title", ruled=True, help="Plain text.")]
    summary: Annotated[str, _SUMMARY] = ""
    language: Annotated[str, _LANGUAGE] = "en"
    section: Annotated[str, ArticleField(Kind.NAME, help="One of alert.sections, or your own.")] = (
        "news"
    )
    published: Annotated[datetime | None, _PUBLISHED] = None
    image: Annotated[Image | None, ArticleField(Kind.IMAGE)] = None
    author: Annotated[str, ArticleField(help="The organisation that published it.")] = ""
    tags: Annotated[tuple[str, ...], ArticleField(Kind.WORDS)] = ()
    profile: Annotated[str, _PROFILE] = ""
    event: Annotated[Event | None, ArticleField(Kind.EVENT)] = None
    pages: Annotated[int | None, ArticleField(Kind.NUMBER)] = None
    translations: Annotated[Mapping[str, Translation], ArticleField(Kind.TRANSLATIONS)] = field(
        default_factory=lambda: NO_TRANSLATIONS
    )
    same_as: str = ""
    reports: tuple[Duplicate, ...] = ()
    guessed: Annotated[bool, ArticleField(Kind.FLAG, compared=False)] = False
    confidence: Annotated[
        tuple[FieldConfidence, ...], ArticleField(Kind.CONFIDENCE, compared=False)
    ] = ()
    featured: Annotated[bool, ArticleField(Kind.FLAG)] = False
    excluded: Annotated[bool, ArticleField(Kind.FLAG, decided=True)] = False
    position: Annotated[int | None, ArticleField(Kind.NUMBER, decided=True)] = None
    layout: Annotated[str, _LAYOUT] = ""
    note: Annotated[str, _NOTE] = ""
    first_url: Annotated[str, ArticleField(Kind.ADDRESS, decided=True)] = ""
    alternates: Annotated[Mapping[str, str], ArticleField(Kind.ADDRESSES, stored=False)] = field(
        default_factory=lambda: NO_ADDRESSES
    )
    marks: Annotated[tuple[str, ...], ArticleField(Kind.WORDS, stored=False)] = ()
    text: Annotated[str, ArticleField(Kind.LINES, stored=False)] = ""

    @property
    def id(self) -> str:
        """Ten hex digits derived from the canonical URL where it was first found: the same on every
        machine."""
        return article_id(self.first_url or self.url)

    @property
    def guesses(self) -> tuple[str, ...]:
        """The names (`confidence.JUDGED`) of the values that are guesses."""
        told = guessed_fields(self.confidence)
        return told if "language" in told or not self.guessed else (*told, "language")

    @property
    def month_guessed(self) -> bool:
        """True where its month rests on a date that is a guess."""
        return self.event is None and "published" in self.guesses


FIELDS = fields_of(Article, ArticleField)
FIELD = {one.name: one for one in FIELDS}

STORED = tuple(one for one in FIELDS if one.stored)
"""What the database keeps, and JSON shows."""

SAID = tuple(one for one in FIELDS if not one.decided)
"""What a source can say; the others only editors decide."""

SAID_AS_TEXT = tuple(one for one in SAID if one.kind is Kind.TEXT and not one.ruled)
"""What a table has in a column, and front matter under a key, of the field's name."""

_PARTS = (Kind.WORDS, Kind.IMAGE, Kind.EVENT)  # of several options each
EDITED = tuple(one for one in STORED if one.help or one.kind in _PARTS)
"""What an editor writes over what the source says: `article add` and `edit`."""

LABELLED = tuple(one for one in FIELDS if one.label)
"""What an editor finds in the text of an issue."""


def article_id(url: str) -> str:
    """The id of the article with this canonical URL."""
    return hashlib.sha256(url.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Profile:
    """A partner organisation; `descriptions` by language."""

    slug: str
    name: str
    link: str = ""
    logo: str = ""
    descriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where articles are collected, with the validators of the last fetch (RFC 9110 §8.8).

    `digest` is the digest of the document as it was read, and `articles` the number it gave. `moved_to`
    is where it has moved for good, as was told at the last fetch.
    """

    id: int
    location: str
    kind: str  # a `SourceKind`, or the name of a plug-in
    section: str = ""
    language: str = ""
    profile: str = ""
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    articles: int = 0
    tags: tuple[str, ...] = ()
    moved_to: str = ""
