"""`project.desk`: the month as people make it in a browser."""

from collections.abc import Mapping

from alerts.domain.errors import UsageError
from alerts.issue import introduction, seen_edit
from alerts.issue.seen_edit import ARTICLE_TEXTS, INTRODUCTION, EditConflict
from alerts.library.month_board import MonthBoard, month_board
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.readiness import LintedDraft, Readiness, readiness
from alerts.library.voided import voided
from alerts.store import issues
from alerts.store.articles import StoredArticle
from alerts.text.plain_text import tidy


class Desk(ProjectPart):
    """What the desk shows and does besides the other parts of the library."""

    @call
    def board(self, month: AMonth = None) -> MonthBoard:
        """The stories of a month in the order of the mail, and what is to be mended; renders nothing."""
        return month_board(self._opened, self._opened.month(month))

    @call
    def is_open(self, month: AMonth = None) -> bool:
        """Whether the issue of a month can still be changed."""
        return self._opened.month(month) not in issues.frozen_months(self._opened.db)

    @call
    def readiness(self, made: LintedDraft) -> Readiness:
        """Whether the issue of that draft is ready: who gets it, when, and what stands before it."""
        return readiness(self._opened, made)

    @call
    def texts(self, kept: StoredArticle, language: str) -> Mapping[str, str]:
        """Title and summary of an article in exactly that language."""
        return seen_edit.article_texts(kept.article, language)

    @call
    def write_article(
        self, kept: StoredArticle, language: str, texts: Mapping[str, str], seen: Mapping[str, str]
    ) -> tuple[EditConflict, ...]:
        """Write `title` and `summary` in a language; `seen` is what the person saw before.

        Where somebody has changed one of them since, nothing is written, and the conflicts say both
        texts. Raises `UsageError` without a title in the article's own language.
        """
        opened, article = self._opened, kept.article
        words = {name: tidy(texts.get(name, "")) for name in ARTICLE_TEXTS}
        if language == article.language and not words["title"]:
            raise UsageError("title: an article needs one")
        actor = opened.actor()
        found = seen_edit.write_article(
            opened.db, article.id, language, words, seen, actor, opened.now
        )
        if not found:
            voided(opened, [kept.month], "")
        return found

    @call
    def opening(self, month: AMonth, language: str) -> Mapping[str, str]:
        """What the issue opens with in a language: subject, preheader, headline, standfirst and
        introduction, as editors wrote them."""
        return seen_edit.opening_texts(self._opened.db, self._opened.month(month), language)

    @call
    def write_opening(
        self, month: AMonth, language: str, texts: Mapping[str, str], seen: Mapping[str, str]
    ) -> tuple[EditConflict, ...]:
        """Write them; as `write_article`."""
        opened, chosen = self._opened, self._opened.month(month)
        words = {
            name: introduction.tidy(text) if name == INTRODUCTION else tidy(text)
            for name, text in texts.items()
        }
        actor = opened.actor()
        found = seen_edit.write_opening(opened.db, chosen, language, words, seen, actor, opened.now)
        if not found:
            voided(opened, [chosen], "")
        return found
