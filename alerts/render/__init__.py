"""Rendering: an issue in one language, as subject, HTML and text; pure but for reading templates.

The same issue, language and settings give the same octets on every machine. premailer runs once an
edition, never per recipient: what is personal stays a slot (`{slot:unsubscribe_url}`) for the merge.
"""

from dataclasses import dataclass
from functools import cached_property

from jinja2 import Environment

from alerts.compose import Localised, fallback_of, localised
from alerts.model import FEATURED, Article, Edition, Issue, Profile, Section
from alerts.render.catalogue import Catalogue
from alerts.render.environment import environment, render
from alerts.render.inline import inlined
from alerts.settings import Settings

HTML_LIMIT = 100_000  # octets; Gmail clips at 102 KB, footer and all (rules H13, S15)
_SUMMARY_LENGTHS = (None, 300, 160, 80, 0)  # tried in turn until the edition fits


def render_edition(issue: Issue, language: str, settings: Settings) -> Edition:
    """The issue in `language`; raises `TemplateFault`, naming template and line."""
    made = environment(settings.root)
    catalogue = Catalogue.of(language, settings.root)
    for length in _SUMMARY_LENGTHS:
        view = View(issue, language, settings, catalogue, length)
        page = _page(made, view)
        if len(page.encode()) <= HTML_LIMIT:
            break
    return Edition(
        language=language,
        subject=" ".join(render(made, "email/issue/subject.txt", view=view).split()),
        preheader=view.preheader,
        html=page,
        text=render(made, "email/issue/body.txt", view=view).strip() + "\n",
        articles=len(issue.articles),
    )


def _page(made: Environment, view: "View") -> str:
    style = render(made, "email/_base/style.css", view=view)
    return inlined(render(made, "email/issue/body.html", view=view), style)


@dataclass(frozen=True)
class Item:
    """An article as the templates show it."""

    shown: Localised
    catalogue: Catalogue
    profile: Profile | None

    @property
    def article(self) -> Article:
        """The article itself."""
        return self.shown.article

    @property
    def full_text_language(self) -> str:
        """The reader's word for the language of the full text, where it is not their own."""
        language = self.shown.article.language
        return "" if self.catalogue.same(language) else self.catalogue.language_name(language)

    @property
    def event_date(self) -> str:
        """When the event takes place, in the reader's words."""
        event = self.shown.article.event
        return self.catalogue.period(event.start, event.end) if event else ""


@dataclass(frozen=True)
class View:
    """All that the templates of one edition may show."""

    issue: Issue
    language: str
    settings: Settings
    catalogue: Catalogue
    summary_length: int | None = None

    @cached_property
    def month(self) -> str:
        """The month and year in the reader's words."""
        return self.catalogue.month(self.issue.month.first_day())

    @cached_property
    def sections(self) -> tuple[tuple[str, str, tuple[Item, ...]], ...]:
        """(key, title, items) of each section, in order."""
        return tuple(
            (s.key, self.section_title(s.key), self._items(s)) for s in self.issue.sections
        )

    def _items(self, section: Section) -> tuple[Item, ...]:
        chain = fallback_of(self.language, self.settings.alert)
        return tuple(
            Item(
                localised(article, self.language, chain),
                self.catalogue,
                self.issue.profiles.get(article.profile),
            )
            for article in section.articles
        )

    def section_title(self, key: str) -> str:
        """Its title: the settings' own, the catalogue's, or the key itself."""
        own = self.settings.alert.section_titles.get(key, {})
        if own:
            return own.get(self.language) or next(iter(own.values()))
        return self.catalogue.section(key)

    @cached_property
    def partners(self) -> tuple[tuple[Profile, str, str], ...]:
        """(profile, description, its language) of each partner in the issue, by name."""
        chain = (self.language, *fallback_of(self.language, self.settings.alert))
        told = []
        for profile in sorted(self.issue.profiles.values(), key=lambda p: (p.name, p.slug)):
            languages = [tag for tag in chain if tag in profile.descriptions]
            language = (languages or sorted(profile.descriptions) or [self.language])[0]
            told.append((profile, profile.descriptions.get(language, ""), language))
        return tuple(told)

    @cached_property
    def welcome(self) -> str:
        """The standing welcome in the reader's language, or none."""
        return self.settings.alert.welcome.get(self.language, "")

    @cached_property
    def preheader(self) -> str:
        """The first line in an inbox: the titles that open the issue."""
        items = [item for _, _, items in self.sections for item in items]
        text = " · ".join(item.shown.title for item in items[:3])
        return text if len(text) <= 110 else text[:109].rsplit(" ", 1)[0] + "…"

    def summary(self, item: Item) -> str:
        """Its summary, shortened at a word where the edition would grow too large."""
        text, length = item.shown.summary, self.summary_length
        if length is None or len(text) <= length:
            return text
        return text[:length].rsplit(" ", 1)[0] + "…" if length else ""

    def lang(self, language: str) -> str:
        """`lang` and `dir` attributes for a text in another language than the edition's, else none."""
        return "" if language == self.language else self.catalogue.direction_of(language)

    @property
    def featured(self) -> str:
        """The key of the section that opens the issue."""
        return FEATURED
