"""`project.desk`: the month as people make it in a browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.config.known import section_known
from alerts.domain.article import Image
from alerts.domain.errors import UsageError
from alerts.editions.draft import pictures_of
from alerts.issue import article_edit, compare, introduction, load, seen_edit
from alerts.issue.compare import IssueComparison
from alerts.issue.seen_edit import ARTICLE_TEXTS, INTRODUCTION, EditConflict
from alerts.library.month_overview import THUMBS, MonthOverview, month_overview
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.library.readiness import LintedDraft, Readiness, readiness
from alerts.library.voided import voided
from alerts.store import approvals, approved_texts, articles, issues
from alerts.store.articles import StoredArticle
from alerts.text.plain_text import tidy


@dataclass(frozen=True, slots=True)
class ComparedWithApproved:
    """What has changed since the last approval: of which content, by whom and when it was; `same_content`:
    the very octets are what was approved."""

    names: tuple[str, ...]
    at: datetime
    comparison: IssueComparison
    same_content: bool


@dataclass(frozen=True, slots=True)
class PictureChosen:
    """What came of choosing a picture: conflicts, and then nothing was written; `notes` say why it cannot be
    shown."""

    conflicts: tuple[EditConflict, ...]
    notes: tuple[str, ...]


class Desk(ProjectPart):
    """What the desk shows and does besides the other parts of the library."""

    @call
    def month_overview(self, month: AMonth = None) -> MonthOverview:
        """The stories of a month in the order of the mail, and what is to be mended; renders nothing."""
        return month_overview(self._opened, self._opened.month(month))

    @call
    def is_open(self, month: AMonth = None) -> bool:
        """Whether the issue of a month can still be changed."""
        return self._opened.month(month) not in issues.frozen_months(self._opened.db)

    @call
    def was_approved(self, month: AMonth = None) -> bool:
        """Whether somebody has approved the issue of a month, as it is or as it was."""
        return approved_texts.there(self._opened.db, self._opened.month(month))

    @call
    def compared(self, month: AMonth = None) -> ComparedWithApproved | None:
        """What has changed since the issue was approved last; None where nobody has approved it."""
        db, settings, chosen = self._opened.db, self._opened.settings, self._opened.month(month)
        kept = approved_texts.find(db, chosen)
        if kept is None:
            return None
        now = compare.kept_texts(load.composed(db, settings, chosen))
        stored = issues.get(db, chosen)
        valid = approvals.valid_approvals(db, stored.id) if stored else ()
        same = any(one.content_hash == kept.content_hash for one in valid)
        return ComparedWithApproved(kept.names, kept.at, compare.compared(kept.texts, now), same)

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
    def place(
        self, kept: StoredArticle, wanted: Mapping[str, str], seen: Mapping[str, str]
    ) -> tuple[EditConflict, ...]:
        """Set the `section` and `layout` of an article; as `write_article`. Raises `UsageError` for an
        unknown one."""
        opened = self._opened
        section_known(wanted["section"], opened.settings)
        layout = article_edit.edits_of(opened.settings, (), {"layout": wanted["layout"]})
        words = {**wanted, **layout}
        actor = opened.actor()
        found = seen_edit.write_place(opened.db, kept.article.id, words, seen, actor, opened.now)
        if not found:
            voided(opened, [kept.month], "")
        return found

    @call
    def picture_url(self, kept: StoredArticle) -> str:
        """Where a small version of an article's picture is; empty where none can be shown."""
        uses = pictures_of(self._opened.db, self._opened.settings).of_article(kept.article)
        return next((uses[use].url for use in THUMBS if use in uses), "")

    @call
    def picture(
        self, kept: StoredArticle, image: Image | None, seen: Mapping[str, str]
    ) -> PictureChosen:
        """Give an article a picture by its URL, with a description, or none; `seen` are the `url` and `alt`
        from before. It is fetched at once. Raises `UsageError` for what is no URL."""
        opened, id_ = self._opened, kept.article.id
        fields = article_edit.edits_of(opened.settings, (), {"image": image})["image"]
        conflicts = seen_edit.write_picture(
            opened.db, id_, fields, seen, opened.actor(), opened.now
        )
        if conflicts:
            return PictureChosen(conflicts, ())
        from alerts.sources.picture.bring import bring  # imports httpx2

        now = articles.get(opened.db, id_).article
        notes = bring(opened.db, opened.settings, now, opened.now) if now.image else ()
        voided(opened, [kept.month], "")
        return PictureChosen((), notes)

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
