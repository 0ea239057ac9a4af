"""An issue, its sections and its editions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.domain.article import Article, Profile
from alerts.domain.month import Month
from alerts.domain.picture import Picture


class IssueState(StrEnum):
    """The states of an issue; frozen from `queued` on."""

    DRAFT = "draft"
    APPROVED = "approved"
    QUEUED = "queued"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Section:
    """A named group of articles in an issue, in reading order."""

    key: str
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """What shows of an issue first, in one language; an empty text is made from the first story."""

    subject: str = ""
    preheader: str = ""
    headline: str = ""
    standfirst: str = ""

    def __bool__(self) -> bool:
        return any((self.subject, self.preheader, self.headline, self.standfirst))


@dataclass(frozen=True, slots=True)
class Issue:
    """The alert of one month, or a special alert, composed; sections in reading order, none empty.

    `introductions` are the editor's introductions by language, `faces` what the editor wrote for the
    inbox and above the first story.
    """

    month: Month
    sections: tuple[Section, ...]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    introductions: Mapping[str, str] = field(default_factory=dict)
    faces: Mapping[str, Face] = field(default_factory=dict)

    @property
    def articles(self) -> tuple[Article, ...]:
        """All its articles, in reading order."""
        return tuple(a for section in self.sections for a in section.articles)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to send: a special alert may be an introduction alone."""
        return not self.sections and not (self.month.special and any(self.introductions.values()))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, and by which command; stored with each event."""

    name: str
    command: str
    person_id: int | None = None  # of somebody who is signed in: their name is proved
    act: int = 0  # that of several events which belong together


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue in one language, as its readers get it, with unfilled slots.

    `html` and `text` hold slots such as `{slot:unsubscribe_url}` that `mail/merge.py` fills per
    recipient; `articles` is the number of articles it shows. `pictures` are those of ours that `html`
    shows, by their address below `web.base_url`; `inline`: they are sent within the e-mail.
    """

    language: str
    subject: str
    preheader: str
    html: str
    text: str
    articles: int
    pictures: tuple[Picture, ...] = ()
    inline: bool = False

    @property
    def picture_bytes(self) -> int:
        """What its pictures weigh, in octets."""
        return sum(len(picture.octets) for picture in self.pictures)
