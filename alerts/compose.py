"""Composition: the month's articles in reading order, and what a reader of a language sees of each.

Pure. The order is the same whatever order the articles come in: featured first, then the sections of
the settings, then any others by name; within a section by the editor's position, then events by their
day, then the newest first. Translation is partial and per field: a title may be Spanish over a summary
that is only there in English.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from alerts.model import FEATURED, Article, Issue, Month, Profile, Section
from alerts.settings import AlertSettings

_LAST = 1 << 30


def compose(
    month: Month,
    articles: Iterable[Article],
    profiles: Mapping[str, Profile],
    alert: AlertSettings,
) -> Issue:
    """The issue of a month: excluded articles left out, each article once, no section empty."""
    by_section: dict[str, dict[str, Article]] = {}
    for article in articles:
        if not article.excluded:
            key = FEATURED if article.featured else article.section
            by_section.setdefault(key, {})[article.id] = article
    keys = [FEATURED, *(k for k in alert.sections if k != FEATURED)]
    keys += sorted(set(by_section) - set(keys))
    sections = tuple(
        Section(key, tuple(sorted(by_section[key].values(), key=_place)))
        for key in keys
        if key in by_section
    )
    used = {article.profile for section in sections for article in section.articles}
    return Issue(month, sections, {slug: p for slug, p in profiles.items() if slug in used})


def _place(article: Article) -> tuple[int, str, float, str]:
    """The sort key within a section."""
    event = _day(article.event.start).isoformat() if article.event else ""
    published = article.published or datetime(1, 1, 1, tzinfo=UTC)
    position = _LAST if article.position is None else article.position
    return position, event, -published.timestamp() if article.published else 0.0, article.id


def _day(when: date | datetime) -> date:
    return when.date() if isinstance(when, datetime) else when


@dataclass(frozen=True, slots=True)
class Localised:
    """An article as a reader sees it: each text with the language it is in."""

    article: Article
    title: str
    title_language: str
    summary: str
    summary_language: str


def localised(article: Article, language: str, fallback: Sequence[str]) -> Localised:
    """Title and summary each in the first of `language`, `fallback`… that has it, else the original."""
    wished = (language, *fallback)
    titles = {tag: t.title for tag, t in article.translations.items() if t.title}
    summaries = {tag: t.summary for tag, t in article.translations.items() if t.summary}
    title, title_language = _first(wished, titles, article.title, article.language)
    summary, summary_language = _first(wished, summaries, article.summary, article.language)
    return Localised(article, title, title_language, summary, summary_language)


def _first(
    wished: Sequence[str], texts: Mapping[str, str], original: str, original_language: str
) -> tuple[str, str]:
    for language in wished:
        if language == original_language:
            break
        if language in texts:
            return texts[language], language
    return original, original_language


def fallback_of(language: str, alert: AlertSettings) -> tuple[str, ...]:
    """What a reader of `language` understands next best, by the settings."""
    return tuple(alert.fallback.get(language, (alert.languages[0],)))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of an issue's articles are in a language."""

    titles: int
    summaries: int
    total: int


def coverage(issue: Issue, language: str) -> Coverage:
    """How far the issue is translated into `language`; an absent summary counts as translated."""
    seen = [localised(article, language, ()) for article in issue.articles]
    return Coverage(
        titles=sum(shown.title_language == language for shown in seen),
        summaries=sum(shown.summary_language == language or not shown.summary for shown in seen),
        total=len(seen),
    )
