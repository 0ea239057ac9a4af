"""What a template is given of an edition: texts with their language, stories, sections. Values only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from alerts.config.declarations import Funder
from alerts.config.themes import Shade
from alerts.editions.introduction import Introduction
from alerts.editions.picture_places import Fitted
from alerts.editions.pictures import ShownPicture
from alerts.editions.story_forms import StoryForm


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text, and its language if that is not the edition's."""

    text: str
    direction: str
    foreign: str = ""

    @property
    def mark(self) -> Markup:
        """` lang="…" dir="…"` for text in another language, else ""."""
        if not self.foreign:
            return Markup("")
        return Markup(' lang="{}" dir="{}"').format(self.foreign, self.direction)

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class When:
    """The date of an event: in words, and the two parts of a date tile."""

    words: str
    day: str
    month: str


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A name, and where it leads."""

    name: str
    url: str

    @property
    def link(self) -> str:
        """Where it leads, as organisations call it."""
        return self.url


@dataclass(frozen=True, slots=True)
class Item:
    """An article as a reader of the edition sees it."""

    id: str
    url: str
    title: MarkedText
    summary: MarkedText
    publisher: str
    image: ShownPicture | None  # the widest, where there is room for it in octets too
    pictures: Mapping[str, ShownPicture]  # by use: lead, card, thumb, cover
    alt: MarkedText  # what the image shows
    when: When | None
    place: MarkedText
    reports: tuple[NamedLink, ...]  # its duplicates
    calendar: str  # the URL of the source's calendar, which holds the event
    file: str  # the URL of a calendar file of the event alone; empty without public pages
    other_language: str  # the name of the full text's language, if it is not the edition's
    hreflang: str
    form: str = StoryForm.ROW
    ours: bool = True  # its title is in the edition's language
    large: Fitted | None = None  # of a lead, a card or a feature
    small: Fitted | None = None  # beside a row
    cover: bool = False  # the picture is upright
    brief: MarkedText | None = None  # the beginning of its summary, as long as a card has room


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the edition; `more` is the number of articles that did not fit."""

    key: str
    title: str
    layout: str  # of `alert.layouts`
    items: tuple[Item, ...]
    more: int = 0
    shade: Shade | None = None  # its colour, where it is not the accent
    place: int = 0  # among the sections
    band: bool = False  # on a ground of its own, where the theme alternates

    @property
    def count(self) -> int:
        """The number of its articles, shown or not, without the lead."""
        return len(self.rest) + self.more

    @property
    def anchor(self) -> str:
        """The id of its heading, which the contents lead to."""
        return f"s-{self.place}"

    @property
    def tone(self) -> str:
        """The role of its colour, as in the classes `c-` and `bg-` of templates."""
        return f"s{self.place}" if self.shade else "acc"

    @property
    def rest(self) -> tuple[Item, ...]:
        """Its articles without the lead, which stands above all sections."""
        return tuple(item for item in self.items if item.form != StoryForm.LEAD)

    @property
    def blocks(self) -> Iterator[tuple[str, tuple[Item, ...]]]:
        """Its articles by form, in order, without the lead."""
        found: dict[str, list[Item]] = {}
        for item in self.rest:
            found.setdefault(item.form, []).append(item)
        return ((form, tuple(items)) for form, items in found.items())


@dataclass(frozen=True, slots=True)
class Partner:
    """The card of an organisation."""

    name: str
    url: str
    logo: str
    description: MarkedText


@dataclass(frozen=True, slots=True)
class EditionView:
    """All content of an edition besides its interface texts."""

    language: str
    direction: str
    month: str
    welcome: MarkedText
    letter: Introduction | None  # the editor's, instead of the welcome
    groups: tuple[Group, ...]
    partners: tuple[Partner, ...]
    funders: tuple[Funder, ...]
    subject: str = ""
    preheader: str = ""
    headline: MarkedText | None = None
    standfirst: MarkedText | None = None
    headed_by_lead: bool = False  # nobody wrote a headline: it is the title of the lead
    share_url: str = ""  # the public page of the edition; empty without public pages
    languages: tuple[NamedLink, ...] = ()  # the public pages of the other editions
    first_titles: tuple[Item, ...] = field(default=())  # to read first
    special: bool = False  # a special alert: its introduction comes first

    @property
    def items(self) -> tuple[Item, ...]:
        """All articles shown, in reading order."""
        return tuple(item for group in self.groups for item in group.items)

    @property
    def lead(self) -> Item | None:
        """The story above all sections."""
        return next((item for item in self.items if item.form == StoryForm.LEAD), None)

    @property
    def lead_group(self) -> int:
        """The place of the section that the lead belongs to; 0 without a lead."""
        return next(
            (
                n
                for n, g in enumerate(self.groups)
                if any(i.form == StoryForm.LEAD for i in g.items)
            ),
            0,
        )

    @property
    def ours(self) -> int:
        """The number of articles shown whose title is in the edition's language."""
        return sum(item.ours for item in self.items)

    @property
    def count(self) -> int:
        """The number of articles of the issue, shown or not."""
        return sum(len(group.items) + group.more for group in self.groups)
