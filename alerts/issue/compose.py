"""Composes a month's articles into its issue, and an article into texts for one language.

Pure: values in, values out, and the order of the input does not matter. Each article appears once
(its id follows from the canonical URL), excluded ones nowhere. The texts around articles are added in
`editions/`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import FEATURED, Article, Profile, Translation
from alerts.domain.issue import Face, Issue, Section
from alerts.domain.languages import edition_for, same_language, understood
from alerts.domain.month import Month
from alerts.text.words import words

Order = tuple[int | float | str, ...]
_TITLE, _REST = 20, 40  # characters of a title that a summary repeats, and of what it then says
_ENDS = ".!?…:–—"
NO_INTRODUCTIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Localised:
    """The texts of an article for readers of one language, and the language of each.

    `url` is the page in the language of the title if there is one, else the article's own.
    """

    title: str
    title_language: str
    summary: str
    summary_language: str
    full_text_language: str  # of the linked page
    url: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of an issue is in one language; `summaries` of `summarised`, the articles with a summary."""

    titles: int
    summaries: int
    summarised: int
    total: int


def compose(
    month: Month,
    articles: Iterable[Article],
    profiles: Mapping[str, Profile],
    alert: AlertSettings,
    introductions: Mapping[str, str] = NO_INTRODUCTIONS,
    faces: Mapping[str, Face] | None = None,
) -> Issue:
    """The issue of `month`: all articles that are neither excluded nor duplicates, once each, by
    section in reading order.

    Featured articles move to the first section; sections follow `alert.sections`, then the alphabet.
    Profiles are those of the articles shown, in reading order.
    """
    ranks = {key: rank for rank, key in enumerate((FEATURED, *alert.sections), start=-1)}
    given = list(articles)
    seen = {article.id for article in given if article.excluded or article.same_as}
    sections: dict[str, list[Article]] = {}
    for article in sorted(given, key=lambda one: _order(one, ranks)):
        if article.id not in seen:
            seen.add(article.id)
            sections.setdefault(section_of(article), []).append(article)
    shown = tuple(Section(key, tuple(found)) for key, found in sections.items())
    slugs = dict.fromkeys(a.profile for section in shown for a in section.articles)
    shown_profiles = {slug: profiles[slug] for slug in slugs if slug in profiles}
    return Issue(month, shown, shown_profiles, dict(introductions), dict(faces or {}))


def section_of(article: Article) -> str:
    """The section in which an article is shown."""
    return FEATURED if article.featured else article.section


def arranged(wanted: Sequence[Article], pinned: int = 0) -> dict[str, int | None]:
    """The positions to change, by id, so that the articles of one section have this order.

    Beside the first `pinned`, as few articles as possible get a position, so that articles collected
    later are sorted among the others. Empty if the order is right already.
    """
    if not pinned and [a.id for a in sorted(wanted, key=_place)] == [a.id for a in wanted]:
        return {}
    free = [replace(article, position=None) for article in wanted]
    fixed = next(
        n for n in range(pinned, len(free) + 1) if free[n:] == sorted(free[n:], key=_place)
    )
    positions = {a.id: n if n <= fixed else None for n, a in enumerate(wanted, start=1)}
    return {a.id: positions[a.id] for a in wanted if a.position != positions[a.id]}


def _order(article: Article, ranks: Mapping[str, int]) -> Order:
    """The sort key: section, then the place in it."""
    section = section_of(article)
    return ranks.get(section, len(ranks)), section, *_place(article)


def _place(article: Article) -> Order:
    """The editor's position, then events by date and other articles newest first."""
    position = float("inf") if article.position is None else article.position
    if article.event is not None:
        kind, when = 0, _ordinal(article.event.start)
    else:
        kind, when = 1, -article.published.timestamp() if article.published else float("inf")
    words = (article.id, article.title, article.summary, article.language)
    return position, kind, when, *words


def _ordinal(day: date | datetime) -> float:
    """A day or moment as a number; on one day, all-day events come before others."""
    if isinstance(day, datetime):
        return day.toordinal() + (day.hour * 60 + day.minute + 1) / 1441
    return float(day.toordinal())


def chain(language: str, alert: AlertSettings) -> tuple[str, ...]:
    """The fallback chain of an edition in `language`, in order of preference, by `alert.fallback`."""
    return understood(language, alert.fallback, alert.languages[0])


def localised(article: Article, languages: Iterable[str]) -> Localised:
    """`article` in the first possible of `languages`.

    Title and summary are chosen independently: in the first of `languages` that has one, a translation
    before the original, an exact tag ("pt-br") before its language ("pt"); otherwise the original. A
    summary that only says a title again is none.
    """
    wanted = tuple(languages)
    title, title_language = _field(article, "title", wanted)
    summary, summary_language = _field(article, "summary", wanted)
    for said in (title, article.title):
        summary = "" if _same_words(summary, said) else _after(summary, said)
    there = article.translations.get(title_language, Translation()).url
    page = (title_language, there) if there else (article.language, article.url)
    return Localised(title, title_language, summary, summary_language, *page)


def _same_words(summary: str, title: str) -> bool:
    """True where they differ by case and marks at most; a much longer summary is not looked at."""
    if len(summary) >= 2 * len(title) + 10:
        return False
    return summary == title or (words(summary) == words(title) != [])


def _after(summary: str, title: str) -> str:
    """The summary without a title before it, where it is certain that the title ends there."""
    rest = summary.removeprefix(title)
    if rest == summary or len(title) < _TITLE or len(rest) < _REST:
        return summary
    if title[-1] not in _ENDS and rest.lstrip()[:1] not in _ENDS:
        return summary
    return rest.lstrip(f" {_ENDS}")


def _field(
    article: Article, name: Literal["title", "summary"], wanted: tuple[str, ...]
) -> tuple[str, str]:
    written = {article.language: _read(article, name)}
    for language, translation in article.translations.items():
        if text := _read(translation, name):
            written[language] = text
    for language in wanted:
        for candidate in _related_tags(language, written):
            if written[candidate]:
                return written[candidate], candidate
    return written[article.language], article.language


def _read(words: Article | Translation, name: Literal["title", "summary"]) -> str:
    return words.title if name == "title" else words.summary


def _related_tags(language: str, written: Mapping[str, str]) -> Iterator[str]:
    if language in written:
        yield language
    yield from sorted(tag for tag in written if tag != language and same_language(tag, language))


def coverage(issue: Issue, language: str) -> Coverage:
    """How many titles and summaries of the issue are in `language`."""
    shown = [localised(article, (language,)) for article in issue.articles]
    return Coverage(
        titles=sum(same_language(words.title_language, language) for words in shown),
        summaries=sum(
            bool(words.summary) and same_language(words.summary_language, language)
            for words in shown
        ),
        summarised=sum(bool(words.summary) for words in shown),
        total=len(shown),
    )


def edition_language(language: str, settings: Settings) -> str:
    """The edition that a reader of `language` gets: their own, its parent, their fallback, the default."""
    alert = settings.alert
    return edition_for(language, alert.languages, alert.fallback, settings.default_language)
