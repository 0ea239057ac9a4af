"""Translations that a machine drafted and nobody has signed: nobody gets them before a person has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.article import Article
from alerts.domain.errors import Incomplete
from alerts.domain.issue import Issue
from alerts.issue.translating import TEXTS, text_digest, translation_of
from alerts.store import machine_texts
from alerts.text.plural import counted


@dataclass(frozen=True, slots=True)
class UnsignedText:
    """A text of an article (`title` or `summary`) in a language, as a machine drafted it."""

    article_id: str
    language: str
    name: str


def unsigned(
    db: Database, articles: Iterable[Article], languages: Sequence[str]
) -> tuple[UnsignedText, ...]:
    """The unsigned texts of these articles in these languages."""
    marks = machine_texts.marks(db)
    if not marks:
        return ()
    return tuple(
        UnsignedText(article.id, language, name)
        for article in articles
        for language in languages
        for name in TEXTS
        if (mark := marks.get((article.id, language, name)))
        and mark == text_digest(str(getattr(translation_of(article, language), name)))
    )


def unsigned_words(db: Database, issue: Issue, languages: Sequence[str]) -> str:
    """What is to be done about the unsigned texts of an issue, or an empty text."""
    found = unsigned(db, issue.articles, languages)
    if not found:
        return ""
    told = ", ".join(dict.fromkeys(one.language for one in found))
    return (
        f"{counted(len(found), 'text')} of a machine that nobody has signed, in {told}: save them at the"
        " desk, on “Translate”, or write others by `alerts article translate ID LANG`"
    )


def check_signed(db: Database, issue: Issue, languages: Sequence[str]) -> None:
    """Check that no text of the issue is an unsigned one of a machine; raises `Incomplete`."""
    if words := unsigned_words(db, issue, languages):
        raise Incomplete(f"{issue.month}: {words}")
