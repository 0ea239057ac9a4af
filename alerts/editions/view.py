"""The values for the templates of an issue: its articles in the language of one edition.

Pure. Chooses texts by `compose.localised`, formats dates, and marks texts in another language than the
edition's. Markup is written by the templates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from markupsafe import Markup

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.config.themes import look, section_shades
from alerts.domain.archived import event_path
from alerts.domain.article import FEATURED, Article, Profile
from alerts.domain.issue import Issue
from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.editions.catalogue import Catalogue, direction, later, local_day
from alerts.editions.escaping import link
from alerts.editions.face import Shown, face_of, faced
from alerts.editions.introduction import Introduction, introduction
from alerts.editions.items import EditionView, Group, Item, MarkedText, NamedLink, Partner, When
from alerts.editions.picture_places import (
    Fitted,
    card_picture,
    feature_picture,
    is_cover,
    lead_picture,
    row_picture,
)
from alerts.editions.pictures import AT_SOURCE, Budget, Pictures
from alerts.editions.story_forms import SectionStories, Story, StoryForm, arrange
from alerts.issue.compose import chain, localised
from alerts.text.sentences import shorten
from alerts.text.typography import set_in

# Characters of a title and of any other text, so that no text fills an e-mail (rule H13). Collected
# texts are shorter already; this is for texts that were typed or translated.
LONGEST_TITLE, LONGEST_TEXT = 300, 1500
BRIEF = 160  # characters of a summary on a card
MOST_REPORTS = 5  # other sources named below an article
_FIRST = 5  # titles to read first

# The titles of the standard sections; the texts are message ids.
SECTION_TITLES = {
    FEATURED: later("Featured"),
    "news": later("News"),
    "publications": later("Publications"),
    "events": later("Events"),
    "members": later("From our members"),
}


class Viewer:
    """Makes views of an issue for the readers of one language."""

    def __init__(
        self, catalogue: Catalogue, settings: Settings, pictures: Pictures = AT_SOURCE
    ) -> None:
        self.catalogue, self.settings, self.pictures = catalogue, settings, pictures
        self.alert: AlertSettings = settings.alert.in_language(catalogue.language)
        self.look = look(settings.theme)
        self.zone: ZoneInfo = settings.zone
        self.languages = chain(catalogue.language, settings.alert)

    def view(self, issue: Issue, shown: Sequence[int] | None = None) -> EditionView:
        """The whole issue, or of each section only as many articles as in `shown`."""
        budget = Budget(self.pictures.most_bytes)
        former = Budget(self.pictures.most_bytes)  # of templates that show `image` alone
        rooms = shown or [len(section.articles) for section in issue.sections]
        keys = tuple(section.key for section in issue.sections if section.key != FEATURED)
        shades = section_shades(self.settings.theme, keys)
        groups = tuple(
            replace(
                self._group(section, issue, room, budget, former),
                place=place,
                shade=shades.get(section.key),
            )
            for place, (section, room) in enumerate(zip(self._sections(issue), rooms, strict=True))
        )
        month = self.catalogue.month(issue.month)
        return EditionView(
            language=self.catalogue.language,
            direction=self.catalogue.direction,
            month=month,
            welcome=self._first(self.alert.welcome),
            letter=self._introduction(issue.introductions),
            groups=tuple(_banded(groups)),
            partners=tuple(self._partner(profile) for profile in issue.profiles.values()),
            funders=self.pictures.funders(self.settings.funders),
            share_url=self._page(issue.month, self.catalogue.language),
            languages=tuple(self._others(issue.month)),
            special=bool(issue.month.special),
        )

    def faced(self, view: EditionView, issue: Issue) -> EditionView:
        """`view` with subject, preheader, headline and standfirst."""
        whose = self.catalogue.write("%(one)s, %(other)s", one=self.alert.name, other=view.month)
        written, language = face_of(issue, self.languages)
        shown: Shown = faced(view, written, self._words("x", language), str(whose))
        headed = view.lead or next(iter(view.items), None)
        return replace(
            view,
            subject=shown.subject,
            preheader=shown.preheader,
            headline=shown.headline,
            standfirst=shown.standfirst,
            headed_by_lead=shown.by_lead,
            first_titles=tuple(_to_read_first(view.groups, headed if shown.by_lead else None)),
        )

    def _sections(self, issue: Issue) -> tuple[SectionStories, ...]:
        """The sections in the order and the forms in which they are shown."""
        layouts = self.alert.layouts
        sections = tuple(
            SectionStories(
                section.key, layouts.get(section.key, ""), tuple(map(self._story, section.articles))
            )
            for section in issue.sections
        )
        return arrange(sections, self.look, ours_first=self.alert.own_language_first)

    def _story(self, article: Article) -> Story:
        words = localised(article, self.languages)
        ours = same_language(words.title_language, self.catalogue.language)
        return Story(article, ours, len(words.summary), self.pictures.of_article(article))

    def _group(
        self, section: SectionStories, issue: Issue, room: int, budget: Budget, former: Budget
    ) -> Group:
        items = tuple(
            self._illustrated(self._item(story, issue), story, budget)
            for story in section.stories[:room]
        )
        usual = "featured" if section.key == FEATURED else "full"
        layout = section.layout or usual
        if layout == "featured":  # the only layout that showed pictures before there were forms
            items = tuple(replace(item, image=former.take(item.image)) for item in items)
        left_out = len(section.stories) - room
        title = self.section_title(section.key)
        return Group(section.key, title, layout, items, left_out)

    def section_title(self, key: str) -> str:
        """The title of a section in the edition's language."""
        own = self._first(self.alert.section_titles.get(key, {})).text
        if own:
            return own
        if key in SECTION_TITLES:
            return str(self.catalogue.write(SECTION_TITLES[key]))
        return key.replace("-", " ").replace("_", " ").capitalize()

    def _item(self, story: Story, issue: Issue) -> Item:
        article = story.article
        words = localised(article, self.languages)
        profile = issue.profiles.get(article.profile)
        title = self._found(words.title, words.title_language, LONGEST_TITLE, title=True)
        summary = self._found(words.summary, words.summary_language)
        event, file = article.event, self._file(issue.month, article.id) if article.event else ""
        url = link(words.url)  # where it leads to a text in another language, readers are told
        foreign = bool(url) and not same_language(words.full_text_language, self.catalogue.language)
        if event and event.ics and words.url.partition("#")[0] == event.ics:
            url = file  # the calendar has no page for it: not the whole calendar, but the event
        image = self.pictures.widest(article)
        return Item(
            id=article.id,
            url=url,
            title=title,
            summary=summary,
            publisher=profile.name if profile else article.author,
            image=image,
            pictures={str(use): one for use, one in story.pictures.items()},
            alt=self._found(image.alt if image else "", article.language),
            when=self._when(article) if event else None,
            place=self._found(event.place if event else "", article.language),
            reports=tuple(
                NamedLink(report.name, link(report.url))
                for report in article.reports[:MOST_REPORTS]
            ),
            calendar=link(event.ics) if event else "",
            file=file,
            other_language=self.catalogue.language_name(words.full_text_language)
            if foreign
            else "",
            hreflang=words.full_text_language if foreign else "",
            form=story.form,
            ours=story.ours,
            brief=self._found(words.summary, words.summary_language, BRIEF),
            cover=is_cover(story.pictures),
        )

    def _illustrated(self, item: Item, story: Story, budget: Budget) -> Item:
        """The story with the picture that its form shows, where there is room for it in octets."""

        def taken(picture: Fitted | None) -> Fitted | None:
            return picture if picture and budget.take(picture.file) else None

        places = {
            StoryForm.LEAD: lead_picture,
            StoryForm.CARD: card_picture,
            StoryForm.FEATURE: feature_picture,
        }
        if place := places.get(story.form):
            return replace(item, large=taken(place(story.pictures, self.look)))
        if story.form is StoryForm.ROW:
            return replace(item, small=taken(row_picture(story.pictures, self.look)))
        return item

    def _file(self, month: Month, article_id: str) -> str:
        web = self.settings.web
        path = event_path(month, self.catalogue.language, article_id)
        return link(f"{web.public_url}/{path}") if web.has_address else ""

    def _page(self, month: Month, language: str) -> str:
        web = self.settings.web
        path = f"archive/{month}/{language}"
        return link(f"{web.base_url.rstrip('/')}/{path}") if web.has_address else ""

    def _others(self, month: Month) -> Iterable[NamedLink]:
        """The same issue in its other languages, each by its own name for itself."""
        for language in self.settings.alert.languages:
            if language != self.catalogue.language and (page := self._page(month, language)):
                name = self.catalogue.own_name(language, self.settings.alert.languages)
                yield NamedLink(name, page)

    def _when(self, article: Article) -> When:
        assert article.event is not None  # noqa: S101
        first: date = local_day(article.event, self.zone)
        words = self.catalogue.event(article.event, self.zone)
        return When(words, str(first.day), self.catalogue.short_month(first))

    def _partner(self, profile: Profile) -> Partner:
        description = self._first(profile.descriptions, otherwise=True)
        return Partner(
            profile.name, link(profile.link), self.pictures.logo(profile.logo), description
        )

    def _first(self, texts: Mapping[str, str], *, otherwise: bool = False) -> MarkedText:
        """The text in the first language of the chain; with `otherwise`, else in any language."""
        rest: Iterable[str] = sorted(texts) if otherwise else ()
        for language in (*self.languages, *rest):
            if texts.get(language):
                return self._words(texts[language], language)
        return self._words("", self.catalogue.language)

    def _introduction(self, introductions: Mapping[str, str]) -> Introduction | None:
        """The introduction in the first language of the chain, else in any.

        As with articles, an exact tag ("pt-br") takes precedence over its language ("pt").
        """
        for language in self.languages:
            kin = sorted(tag for tag in introductions if same_language(tag, language))
            for tag in (language, *kin):
                if introductions.get(tag):
                    return introduction(introductions[tag], self._mark(tag), direction(tag))
        return next(
            (
                introduction(introductions[tag], self._mark(tag), direction(tag))
                for tag in sorted(introductions)
            ),
            None,
        )

    def _found(
        self, text: str, language: str, most: int = LONGEST_TEXT, *, title: bool = False
    ) -> MarkedText:
        """A text that was collected, set as its language wants."""
        return self._words(set_in(shorten(text, most), language, title=title), language)

    def _words(self, text: str, language: str) -> MarkedText:
        text = shorten(text, LONGEST_TEXT)
        if not text or same_language(language, self.catalogue.language):
            return MarkedText(text, self.catalogue.direction)
        return MarkedText(text, direction(language), language)

    def _mark(self, language: str) -> Markup:
        """` lang="…" dir="…"`, or nothing for the edition's own language."""
        return self._words("x", language).mark


def _banded(groups: Sequence[Group]) -> Iterable[Group]:
    """Every second section on a ground of its own, but for those whose events have one already."""
    seen = 0
    for group in groups:
        band = seen % 2 == 1 and not any(item.form == "event" for item in group.rest)
        yield replace(group, band=band)
        seen += bool(group.rest)


def _to_read_first(groups: Sequence[Group], said: Item | None) -> Iterable[Item]:
    """The lead, then the first story of each section in turn; not the one that the headline has said."""
    found: list[Item] = []
    left = [[item for item in group.items if item is not said] for group in groups]
    for place in range(_FIRST):
        found += (items[place] for items in left if place < len(items))
    return sorted(found[:_FIRST], key=lambda item: item.form != "lead")
