"""The month as its editors work on it: the stories in the order of the mail, and what is to be mended.

Nothing is rendered: it is made of the articles, as they are now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from alerts.config.settings import Settings
from alerts.domain.article import Article
from alerts.domain.issue import Issue
from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.domain.picture import PictureUse
from alerts.editions.draft import pictures_of
from alerts.editions.pictures import Pictures
from alerts.issue import load
from alerts.issue.compose import Localised, chain, coverage, localised
from alerts.issue.order import order_mark
from alerts.library.opened import Opened
from alerts.library.readers_by_edition import readers_by_edition
from alerts.store import articles, issues, quarantine
from alerts.store.articles import StoredArticle

THUMBS = (PictureUse.THUMB, PictureUse.COVER, PictureUse.CARD)


@dataclass(frozen=True, slots=True)
class StoryOverview:
    """A story of the month. `words` are by language what an edition shows of it; `missing` are the
    languages that have no title of their own; `changed` are the fields that its source has changed since
    an editor did; `undescribed`: it has a picture that nobody has described."""

    article: Article
    publisher: str
    thumb: str
    words: Mapping[str, Localised]
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    undescribed: bool


@dataclass(frozen=True, slots=True)
class SectionOverview:
    """A section and its stories, in the order of the mail."""

    key: str
    stories: tuple[StoryOverview, ...]


@dataclass(frozen=True, slots=True)
class LanguageOverview:
    """How much of the issue is in a language, and how many people read it."""

    language: str
    own: int
    total: int
    people: int


@dataclass(frozen=True, slots=True)
class HeldStory:
    """An article in quarantine, and why."""

    article: Article
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthOverview:
    """The month. `left_out` are articles that an editor excluded; `held` wait for a decision; `open`: it
    can still be changed; `order` stands for the order of its stories."""

    month: Month
    open: bool
    sections: tuple[SectionOverview, ...]
    languages: tuple[LanguageOverview, ...]
    left_out: tuple[Article, ...]
    held: tuple[HeldStory, ...]
    order: str

    @property
    def stories(self) -> Iterator[StoryOverview]:
        """All stories, in the order of the mail."""
        for section in self.sections:
            yield from section.stories


def month_overview(opened: Opened, month: Month) -> MonthOverview:
    """The month as its editors work on it."""
    db, settings = opened.db, opened.settings
    issue = load.composed(db, settings, month)
    kept = {one.article.id: one for one in articles.kept_of_month(db, month)}
    shown, readers = pictures_of(db, settings), readers_by_edition(opened, month)
    held = {one.article_id: one for one in quarantine.open_ones(db, month)}
    stored = issues.get(db, month)
    return MonthOverview(
        month,
        stored is None or not stored.frozen,
        tuple(
            SectionOverview(
                section.key,
                tuple(
                    _story(one, kept.get(one.id), issue, shown, settings)
                    for one in section.articles
                ),
            )
            for section in issue.sections
        ),
        tuple(
            LanguageOverview(tag, own.titles, own.total, readers.get(tag, 0))
            for tag in settings.alert.languages
            if (own := coverage(issue, tag))
        ),
        tuple(one.article for id_, one in kept.items() if one.article.excluded and id_ not in held),
        tuple(
            HeldStory(kept[id_].article, one.reasons) for id_, one in held.items() if id_ in kept
        ),
        order_mark(issue),
    )


def _story(
    article: Article,
    kept: StoredArticle | None,
    issue: Issue,
    shown: Pictures,
    settings: Settings,
) -> StoryOverview:
    words = {
        tag: localised(article, chain(tag, settings.alert)) for tag in settings.alert.languages
    }
    own = {tag: localised(article, (tag,)) for tag in settings.alert.languages}
    uses = shown.of_article(article)
    return StoryOverview(
        article,
        _publisher(article, issue),
        next((uses[use].url for use in THUMBS if use in uses), "")
        if shown.prepared is not None
        else "",
        words,
        tuple(tag for tag, one in own.items() if not same_language(one.title_language, tag)),
        tuple(one.name for one in kept.changed_at_source) if kept else (),
        bool(uses) and article.image is not None and not article.image.alt,
    )


def _publisher(article: Article, issue: Issue) -> str:
    """Who published it: the partner organisation, the author, or else the site."""
    profile = issue.profiles.get(article.profile)
    site = urlsplit(article.url).netloc.removeprefix("www.")
    return (profile.name if profile else "") or article.author or site
