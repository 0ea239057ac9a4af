"""The words of the project as frozen types: what passes between the layers.

Holds values only; does no I/O, knows no clock. Times are aware datetimes in UTC unless a name says
otherwise; languages are BCP 47 tags in lower case ("es", "pt-br"). The words are those of
docs/glossary.md.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from alerts.errors import UsageError

FEATURED = "featured"  # the section that always comes first


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    PAGE = "page"
    LISTING = "listing"  # a page of links to articles, which are followed
    CALENDAR = "calendar"
    FOLDER = "folder"
    TABLE = "table"  # a CSV file


class SubscriberStatus(StrEnum):
    """Where a person stands with us; only `active` is ever mailed an issue."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"


class SuppressionReason(StrEnum):
    """Why an address must not be mailed."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    ERASED = "erased"
    MANUAL = "manual"


class IssueState(StrEnum):
    """The life of an issue; frozen from `queued` on."""

    DRAFT = "draft"
    APPROVED = "approved"
    QUEUED = "queued"
    SENT = "sent"


class DeliveryState(StrEnum):
    """The life of a delivery; the moves allowed are drawn in docs/architecture.md."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why a delivery is not `sent`, stored with it."""

    NONE = ""
    TEMPORARY = "temporary"  # the relay answered 4xx for this recipient
    DISCONNECTED = "disconnected"  # the connection broke before the final dot
    UNANSWERED = "unanswered"  # … or after it, with no reply: in doubt
    HELD = "held"  # unfinished in a copied or restored database: another copy may have sent it
    REJECTED = "rejected"  # 5xx for this recipient or message
    EXPIRED = "expired"  # deferred for longer than delivery.give_up_after
    UNADDRESSABLE = "unaddressable"  # needs SMTPUTF8 and the relay has none
    TOO_LARGE = "too_large"  # over the relay's SIZE
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    CANCELLED = "cancelled"  # by an admin
    NOTHING_WANTED = "nothing_wanted"  # the issue has none of the sections that they want
    PAUSED = "paused"  # they asked for a pause, and it was not over when the issue was queued


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, the period of an issue."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `YYYY-MM`; raises `UsageError`."""
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
        if not match or match[1] == "0000":
            raise UsageError(f"“{text}” is not a month: write YYYY-MM, for example 2026-10")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """The month in which `moment` falls in that time zone."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @classmethod
    def last_ended(cls, now: datetime, zone: ZoneInfo) -> Self:
        """The default month of every command."""
        return cls.of(now, zone).plus(-1)

    def plus(self, months: int) -> Self:
        """The month that many months later (or, negative, earlier)."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return replace(self, year=year, number=index + 1)

    def start(self, zone: ZoneInfo) -> datetime:
        """Its first moment in that time zone."""
        return datetime(self.year, self.number, 1, tzinfo=zone)

    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Translation:
    """Title and summary of an article in one language; an empty field is not translated.

    `url` is the page in that language, where there is one.
    """

    title: str = ""
    summary: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by its absolute URL; `alt` is empty where nobody has described it."""

    url: str
    alt: str = ""


def day_or_moment(text: str) -> date | datetime:
    """`2026-10-31`, or a moment such as `2026-10-31T18:00+01:00` (ISO 8601); raises `ValueError`."""
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Event:
    """When and where an event takes place. `start` and `end` are days, or aware moments.

    `ics` is the address of a calendar file that holds it.
    """

    start: date | datetime
    end: date | datetime | None = None
    place: str = ""
    ics: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Another source's article about the same thing, shown beside the one that stands for both."""

    id: str
    url: str
    name: str  # who published it


NO_TRANSLATIONS: Mapping[str, Translation] = MappingProxyType({})
NO_ADDRESSES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Article:
    """One item. Text fields are plain text, already clean; `url` is canonical and absolute.

    `guessed`: nothing says the language, and the text does not tell either. `same_as` is the id of
    the article that stands for this one too; `reports` are those that this one stands for. What a
    source says but the store does not keep: `alternates`, by language the pages that it names as
    translations of this one, and `text`, the whole of it.
    """

    url: str
    title: str
    summary: str = ""
    language: str = "en"
    section: str = "news"
    published: datetime | None = None
    image: Image | None = None
    author: str = ""
    tags: tuple[str, ...] = ()
    profile: str = ""
    event: Event | None = None
    translations: Mapping[str, Translation] = field(default_factory=lambda: NO_TRANSLATIONS)
    featured: bool = False
    excluded: bool = False
    position: int | None = None
    note: str = ""  # between editors; never mailed
    guessed: bool = False
    same_as: str = ""
    reports: tuple[Report, ...] = ()
    alternates: Mapping[str, str] = field(default_factory=lambda: NO_ADDRESSES)
    text: str = ""

    @property
    def id(self) -> str:
        """Ten hex digits that follow from the canonical URL: the same on every machine."""
        return article_id(self.url)


def article_id(url: str) -> str:
    """The id of the article at that canonical URL."""
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
    """Where articles are collected, with what the last fetch left for a conditional one.

    `digest` is that of the document as it was read, and `articles` how many it gave.
    """

    id: int
    location: str
    kind: SourceKind
    section: str = ""
    language: str = ""
    profile: str = ""
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    articles: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A named group of articles in an issue, in reading order."""

    key: str
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """The alert of one month, composed; sections in reading order, none empty.

    `letters` are the editor's opening words by language.
    """

    month: Month
    sections: tuple[Section, ...]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def articles(self) -> tuple[Article, ...]:
        """All of them, in reading order."""
        return tuple(a for section in self.sections for a in section.articles)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, and by which command: for the event log."""

    name: str
    command: str


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue in one language, as everyone who reads it gets it, but for the slots.

    `html` and `text` hold slots such as `{slot:unsubscribe_url}` that `message.py` fills per
    recipient; `articles` is how many articles it shows.
    """

    language: str
    subject: str
    preheader: str
    html: str
    text: str
    articles: int


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One person, one address. `consent` is the evidence: the wording they agreed to.

    Issues queued before `paused_until`, if there is one, are not theirs; of others they get what is
    featured and those `sections`, or all if there are none.
    """

    id: int
    email: str
    status: SubscriberStatus
    language: str
    name: str = ""
    tags: tuple[str, ...] = ()
    consent: str = ""
    consent_source: str = ""
    consent_at: str = ""
    created_at: str = ""
    paused_until: str = ""
    sections: tuple[str, ...] = ()


# --- the outbox -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Envelope:
    """RFC 5321 MAIL FROM and RCPT TO."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A delivery that this process has claimed: all that a message needs of its recipient."""

    id: int
    edition_id: int
    subscriber_id: int
    email: str
    name: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What the relay said: code and text; code 0 where it said nothing."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip() if self.code else self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt: the state that the delivery moves to, why, and the relay's words.

    `state` is SENT, DEFERRED, FAILED, IN_DOUBT or SKIPPED. `relay_fault` marks an attempt that
    failed because of the connection and not because of this recipient; `tried` is False where the
    relay did not even let us name the recipient.
    """

    state: DeliveryState
    reply: Reply
    reason: Reason = Reason.NONE
    relay_fault: bool = False
    tried: bool = True


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a deferred delivery is tried again (RFC 5321 §4.5.4.1); see `retry.py`."""

    first: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=6)
    give_up_after: timedelta = timedelta(days=4)
