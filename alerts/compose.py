"""Composition: a month's articles become its issue; one article becomes words for one reader.

Pure: values in, values out, and the order of the input does not matter. Each article appears once
(its id follows from the canonical URL), excluded ones nowhere. Does not know templates: which words
stand around the articles is `render`'s business.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from alerts.model import FEATURED, Article, Issue, Month, Profile, Section, Translation
from alerts.settings import AlertSettings

Order = tuple[int | float | str, ...]
NO_LETTERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Localised:
    """The words of an article for readers of one language, and which language each field is in.

    `url` is the page in the language of the title, where there is one, else the article's own.
    """

    title: str
    title_language: str
    summary: str
    summary_language: str
    full_text_language: str  # of the page behind the link
    url: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of an issue is in one language; `summaries` are counted of `summarised`."""

    titles: int
    summaries: int
    summarised: int
    total: int


def compose(
    month: Month,
    articles: Iterable[Article],
    profiles: Mapping[str, Profile],
    alert: AlertSettings,
    letters: Mapping[str, str] = NO_LETTERS,
) -> Issue:
    """The issue of `month`: what is not excluded and stands for itself, once each, in sections in
    reading order.

    Featured articles leave their section for the first one; sections follow `alert.sections`, then
    the alphabet. Profiles are those of the articles shown, in reading order.
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
    return Issue(month, shown, shown_profiles, dict(letters))


def section_of(article: Article) -> str:
    """The section that an article stands in."""
    return FEATURED if article.featured else article.section


def arranged(wanted: Sequence[Article], pinned: int = 0) -> dict[str, int | None]:
    """Positions, by id, that give the articles of one section that order; only those to be changed.

    As few as can be beside the first `pinned`: what follows in its natural order keeps none, so that
    what is collected later finds its place among it. Nothing changes where all is so already.
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
    """Section, then the place in it."""
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
    """Days as a number; on one day, what lasts all day comes before what has an hour."""
    if isinstance(day, datetime):
        return day.toordinal() + (day.hour * 60 + day.minute + 1) / 1441
    return float(day.toordinal())


def chain(language: str, alert: AlertSettings) -> tuple[str, ...]:
    """The languages that a reader of that edition understands, best first.

    What is said of a language ("pt") is said of its regions ("pt-br"), too.
    """
    said = alert.fallback.get(language.partition("-")[0], (alert.languages[0],))
    return tuple(dict.fromkeys((language, *alert.fallback.get(language, said))))


def localised(article: Article, languages: Iterable[str]) -> Localised:
    """`article` for a reader who understands `languages`, best first.

    Title and summary are chosen each for itself: the first of `languages` in which there is one, a
    translation before the original, an exact tag ("pt-br") before its kin ("pt"); where there is
    none, the original.
    """
    wanted = tuple(languages)
    title, title_language = _field(article, "title", wanted)
    summary, summary_language = _field(article, "summary", wanted)
    there = article.translations.get(title_language, Translation()).url
    page = (title_language, there) if there else (article.language, article.url)
    return Localised(title, title_language, summary, summary_language, *page)


def _field(
    article: Article, name: Literal["title", "summary"], wanted: tuple[str, ...]
) -> tuple[str, str]:
    written = {article.language: _read(article, name)}
    for language, translation in article.translations.items():
        if text := _read(translation, name):
            written[language] = text
    for language in wanted:
        for candidate in _kin(language, written):
            if written[candidate]:
                return written[candidate], candidate
    return written[article.language], article.language


def _read(words: Article | Translation, name: Literal["title", "summary"]) -> str:
    return words.title if name == "title" else words.summary


def _kin(language: str, written: Mapping[str, str]) -> Iterator[str]:
    if language in written:
        yield language
    yield from sorted(tag for tag in written if tag != language and same_language(tag, language))


def same_language(one: str, other: str) -> bool:
    """True for two tags of one language: "pt" and "pt-br"."""
    return one.partition("-")[0].lower() == other.partition("-")[0].lower()


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
