"""What the templates of an issue are given: its articles in the words of one edition.

Pure. Chooses words by `compose.localised`, formats dates, and knows which pieces are in a language
other than the edition's, so that a template can mark them. Markup is the templates' business.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from alerts.archive import event_path
from alerts.compose import chain, localised, same_language
from alerts.model import FEATURED, Article, Image, Issue, Month, Profile, Section
from alerts.render.catalogue import Catalogue, direction, later, local_day
from alerts.render.gate import link
from alerts.render.opening import Letter, letter
from alerts.sentences import shorten
from alerts.settings import AlertSettings, Funder, Settings

# Letters of a title and of any other text; no one text may fill an e-mail (rule H13). What sources
# bring is shorter already: this is for what was typed in or translated.
LONGEST_TITLE, LONGEST_TEXT = 300, 1500
MOST_REPORTS = 5  # other sources named below an article

# The titles of the sections that every alert has; the words are message ids.
SECTION_TITLES = {
    FEATURED: later("Featured"),
    "news": later("News"),
    "publications": later("Publications"),
    "events": later("Events"),
    "members": later("From our members"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text, and the language it is in where that is not the edition's."""

    text: str
    direction: str
    foreign: str = ""

    @property
    def mark(self) -> Markup:
        """` lang="…" dir="…"` for foreign text, else nothing."""
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
class Link:
    """A name, and where it leads."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """An article as a reader of the edition sees it."""

    id: str
    url: str
    title: Words
    summary: Words
    publisher: str
    image: Image | None
    alt: Words  # what the image shows
    when: When | None
    place: Words
    reports: tuple[Link, ...]  # the same told by others
    calendar: str  # the address of the source's calendar, which holds the event
    file: str  # the address of a calendar file of the event alone, where we have pages; else empty
    other_language: str  # the name of the full text's language, where it is not the edition's
    hreflang: str


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the edition; `more` articles of it had no room."""

    key: str
    title: str
    layout: str  # of `alert.layouts`
    items: tuple[Item, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Partner:
    """The card of an organisation."""

    name: str
    url: str
    logo: str
    description: Words


@dataclass(frozen=True, slots=True)
class View:
    """All that an edition says besides its interface texts."""

    language: str
    direction: str
    month: str
    welcome: Words
    letter: Letter | None  # the editor's, in place of the welcome
    groups: tuple[Group, ...]
    partners: tuple[Partner, ...]
    funders: tuple[Funder, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All articles shown, in reading order."""
        return tuple(item for group in self.groups for item in group.items)

    @property
    def count(self) -> int:
        """How many articles the issue has, shown or not."""
        return sum(len(group.items) + group.more for group in self.groups)


class Viewer:
    """Makes views of an issue for the readers of one language."""

    def __init__(self, catalogue: Catalogue, settings: Settings) -> None:
        self.catalogue, self.settings = catalogue, settings
        self.alert: AlertSettings = settings.alert
        self.zone: ZoneInfo = settings.zone
        self.languages = chain(catalogue.language, settings.alert)

    def view(self, issue: Issue, shown: Sequence[int] | None = None) -> View:
        """The issue, or of each section only the first articles, as many as `shown` says."""
        rooms = shown or [len(section.articles) for section in issue.sections]
        groups = tuple(
            self._group(section, issue, room)
            for section, room in zip(issue.sections, rooms, strict=True)
        )
        return View(
            language=self.catalogue.language,
            direction=self.catalogue.direction,
            month=self.catalogue.month(issue.month),
            welcome=self._first(self.alert.welcome),
            letter=self._letter(issue.letters),
            groups=groups,
            partners=tuple(self._partner(profile) for profile in issue.profiles.values()),
            funders=self.settings.funders,
        )

    def _group(self, section: Section, issue: Issue, room: int) -> Group:
        items = tuple(self._item(article, issue) for article in section.articles[:room])
        usual = "featured" if section.key == FEATURED else "full"
        layout = self.alert.layouts.get(section.key, usual)
        left_out = len(section.articles) - room
        return Group(section.key, self.section_title(section.key), layout, items, left_out)

    def section_title(self, key: str) -> str:
        """What a section is called in the edition's language."""
        own = self._first(self.alert.section_titles.get(key, {})).text
        if own:
            return own
        if key in SECTION_TITLES:
            return str(self.catalogue.write(SECTION_TITLES[key]))
        return key.replace("-", " ").replace("_", " ").capitalize()

    def _item(self, article: Article, issue: Issue) -> Item:
        words = localised(article, self.languages)
        profile = issue.profiles.get(article.profile)
        url = link(words.url)  # where it leads to a text in another language, readers are told
        foreign = bool(url) and not same_language(words.full_text_language, self.catalogue.language)
        event = article.event
        image = article.image if article.image and link(article.image.url) else None
        return Item(
            id=article.id,
            url=url,
            title=self._words(shorten(words.title, LONGEST_TITLE), words.title_language),
            summary=self._words(words.summary, words.summary_language),
            publisher=profile.name if profile else article.author,
            image=image,
            alt=self._words(image.alt if image else "", article.language),
            when=self._when(article) if event else None,
            place=self._words(event.place if event else "", article.language),
            reports=tuple(
                Link(report.name, link(report.url)) for report in article.reports[:MOST_REPORTS]
            ),
            calendar=link(event.ics) if event else "",
            file=self._file(issue.month, article.id) if event else "",
            other_language=self.catalogue.language_name(words.full_text_language)
            if foreign
            else "",
            hreflang=words.full_text_language if foreign else "",
        )

    def _file(self, month: Month, article_id: str) -> str:
        web = self.settings.web
        path = event_path(month, self.catalogue.language, article_id)
        return link(f"{web.base_url.rstrip('/')}/{path}") if web.has_address else ""

    def _when(self, article: Article) -> When:
        assert article.event is not None  # noqa: S101
        first: date = local_day(article.event, self.zone)
        words = self.catalogue.event(article.event, self.zone)
        return When(words, str(first.day), self.catalogue.short_month(first))

    def _partner(self, profile: Profile) -> Partner:
        description = self._first(profile.descriptions, otherwise=True)
        return Partner(profile.name, link(profile.link), link(profile.logo), description)

    def _first(self, texts: Mapping[str, str], *, otherwise: bool = False) -> Words:
        """The text in the language that the reader understands best; `otherwise` in any."""
        rest: Iterable[str] = sorted(texts) if otherwise else ()
        for language in (*self.languages, *rest):
            if texts.get(language):
                return self._words(texts[language], language)
        return self._words("", self.catalogue.language)

    def _letter(self, letters: Mapping[str, str]) -> Letter | None:
        """The letter in the language that the reader understands best, else in any.

        As with articles, an exact tag ("pt-br") comes before its kin ("pt").
        """
        for language in self.languages:
            kin = sorted(tag for tag in letters if same_language(tag, language))
            for tag in (language, *kin):
                if letters.get(tag):
                    return letter(letters[tag], self._mark(tag), direction(tag))
        return next(
            (letter(letters[tag], self._mark(tag), direction(tag)) for tag in sorted(letters)), None
        )

    def _words(self, text: str, language: str) -> Words:
        text = shorten(text, LONGEST_TEXT)
        if not text or same_language(language, self.catalogue.language):
            return Words(text, self.catalogue.direction)
        return Words(text, direction(language), language)

    def _mark(self, language: str) -> Markup:
        """` lang="…" dir="…"`, or nothing for the edition's own language."""
        return self._words("x", language).mark
