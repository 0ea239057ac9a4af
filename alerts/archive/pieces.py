"""The articles of an edition as the archive stores them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from alerts.archive.calendar_file import CalendarFileMaker
from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle
from alerts.domain.issue import Issue
from alerts.editions.escaping import clean, link
from alerts.editions.pictures import AT_SOURCE, Pictures
from alerts.editions.view import LONGEST_TEXT, LONGEST_TITLE
from alerts.issue.compose import chain, localised
from alerts.text.sentences import shorten
from alerts.text.typography import set_in


def articles_of(
    issue: Issue,
    language: str,
    settings: Settings,
    now: datetime,
    pictures: Pictures = AT_SOURCE,
) -> Iterator[ArchivedArticle]:
    """The articles in the language of one edition, including those that the e-mail has no room for;
    events with their calendar files, made `now`."""
    understood, maker = chain(language, settings.alert), CalendarFileMaker.of(settings, now)
    section_of = {one.id: part.key for part in issue.sections for one in part.articles}
    for article in issue.articles:
        words = localised(article, understood)
        picture = pictures.widest(article)
        piece = ArchivedArticle(
            article.id,
            link(article.url),
            picture.url if picture else "",
            clean(_set(words.title, words.title_language, LONGEST_TITLE, title=True)),
            words.title_language,
            clean(_set(words.summary, words.summary_language, LONGEST_TEXT)),
            words.summary_language,
            section=section_of.get(article.id, ""),
        )
        yield replace(piece, ics=maker.file(piece, article.event)) if article.event else piece


def _set(text: str, language: str, most: int, *, title: bool = False) -> str:
    """As the e-mail shows it."""
    return set_in(shorten(text, most), language, title=title)
