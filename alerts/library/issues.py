"""`project.issues`: the issue of one month, as it is now or as it was sent, and its texts.

An act on a month whose issue is queued or sent raises `UsageError`. `by` is the person who acts, for
the event log; by default the account of this process.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.domain.issue import Issue
from alerts.domain.month import Month
from alerts.editions import approval
from alerts.editions.catalogue import Catalogue
from alerts.editions.draft import Draft, drafted, facts_of, known
from alerts.editions.gaps import lacks, summary
from alerts.issue import editing, introduction, load, round_trip
from alerts.issue.compose import coverage
from alerts.issue.text.manuscript import Fault, annotated
from alerts.library.issue_results import (
    DropPlan,
    FaceWritten,
    IntroductionWritten,
    IssueShown,
    TextTaken,
)
from alerts.library.opened import AMonth, call
from alerts.library.special_issues import SpecialIssues, language_of
from alerts.library.voided import voided
from alerts.outbox import drop
from alerts.outbox.drop import DropOutcome
from alerts.outbox.segment import segment_of
from alerts.store import (
    articles,
    audit_log,
    dropped_issues,
    introductions,
    issues,
    quarantine,
    recipients,
)
from alerts.store.issues import StoredIssue
from alerts.store.lock import project_lock
from alerts.store.rendered_editions import RenderedFacts
from alerts.text.plain_text import tidy


@contextmanager
def locked(file: Path, what: str, now: datetime) -> Iterator[None]:
    """Hold a lock on a file with the text of an issue while it is edited; raises `LockHeld`, which
    names the holder."""
    from alerts.store.lock import project_lock

    with project_lock(file, what, now):
        yield


def with_faults(text: str, faults: Sequence[tuple[int, str]]) -> str:
    """A text of an issue with each fault (line, text) as a comment above its line."""
    return annotated(text, (Fault(*one) for one in faults))


class Issues(SpecialIssues):
    """The issues of a project."""

    @call
    def show(self, month: AMonth = None) -> IssueShown:
        """The month's issue: its sections, how much of it is in each language, and missing texts.

        Renders nothing: what is known only of rendered editions is told where they are kept.
        """
        db, settings = self._opened.db, self._opened.settings
        chosen = self._opened.month(month)
        stored, issue = issues.get(db, chosen), load.composed(db, settings, chosen)
        rendered = self._rendered(chosen, issue, stored)
        signed = rendered.content_hash if rendered else ""
        standing = approval.status_of(db, settings, chosen, signed)
        return IssueShown(
            issue,
            approval.state_with(db, standing),
            articles.kept_of_month(db, chosen),
            {language: coverage(issue, language) for language in settings.alert.languages},
            tuple(lacks(issue, settings)),
            None if issue.empty else standing,
            stored.rendered_with if stored else None,
            rendered.pictures if rendered else None,
            tuple(
                (articles.get(db, one.article_id).article, one.reasons)
                for one in quarantine.open_ones(db, chosen)
            ),
            segment_of(db, chosen),
        )

    def _rendered(
        self, month: Month, issue: Issue, stored: StoredIssue | None
    ) -> RenderedFacts | None:
        """What is known of the editions of the issue as it is now."""
        db, settings = self._opened.db, self._opened.settings
        if stored is None or not stored.frozen:
            return known(db, settings, issue, stored.recipients.where if stored else "")
        return facts_of(drafted(db, settings, month))

    @call
    def composed(self, month: AMonth = None) -> Issue:
        """The month's issue, not rendered: the frozen one, or composed from its present articles."""
        return load.composed(self._opened.db, self._opened.settings, self._opened.month(month))

    @call
    def missing(self, draft: Draft) -> tuple[str, ...]:
        """The gaps of a draft, in a few lines for its editor."""
        return tuple(summary(lacks(draft.issue, self._opened.settings), draft.month))

    @call
    def log(self, month: AMonth = None) -> tuple[Mapping[str, Any], ...]:
        """Everything that changed the issue, oldest first: `at` (UTC), `kind`, and `detail`."""
        stored = issues.get(self._opened.db, self._opened.month(month))
        return audit_log.of_issue(self._opened.db, stored.id) if stored else ()

    @call
    def plan_drop(self, month: AMonth = None) -> DropPlan:
        """What dropping the month's issue would mean; changes nothing. Raises as `drop`."""
        db, chosen = self._opened.db, self._opened.month(month)
        already = dropped_issues.find(db, chosen) is not None
        if not already:
            drop.check_droppable(db, chosen)
        shown = len(load.composed(db, self._opened.settings, chosen).articles)
        readers = recipients.count(db, issues.recipients_of(db, chosen))
        return DropPlan(chosen, shown, readers, already)

    @call
    def drop(self, month: AMonth = None, why: str = "", *, by: str = "") -> DropOutcome:
        """Settle that the month's issue is not sent: it is no longer owed, and nobody is reminded of it.

        Its articles stay with it. Twice changes nothing. Raises `UsageError` for an issue that is queued or
        sent (`recalls.recall` first), `LockHeld`.
        """
        opened, chosen = self._opened, self._opened.month(month)
        with project_lock(opened.settings.database_path, "issue drop", opened.now):
            reason = " ".join(why.split())
            return drop.drop(opened.db, chosen, reason, opened.actor(by), opened.now)

    @call
    def undo_drop(self, month: AMonth = None, *, by: str = "") -> DropOutcome:
        """Have a dropped issue be owed again, exactly as it was; `LockHeld` while a run goes on."""
        opened, chosen = self._opened, self._opened.month(month)
        with project_lock(opened.settings.database_path, "issue drop", opened.now):
            return drop.undo(opened.db, chosen, opened.actor(by), opened.now)

    @call
    def introduction(self, language: str, month: AMonth = None) -> str:
        """The month's introduction in a language, or ""; raises `UsageError` for an unknown language."""
        written = introductions.of_month(self._opened.db, self._opened.month(month))
        return written.get(language_of(language), "")

    @call
    def write_introduction(
        self, language: str, text: str, month: AMonth = None, *, by: str = ""
    ) -> IntroductionWritten:
        """Write the month's introduction in a language; an empty text removes it."""
        opened, chosen, tag = self._opened, self._opened.month(month), language_of(language)
        kept = introduction.tidy(text)
        editing.write_introduction(opened.db, chosen, tag, kept, opened.actor(by), opened.now)
        return IntroductionWritten(chosen, tag, kept, voided(opened, [chosen], by))

    @call
    def write_face(
        self,
        language: str,
        texts: Mapping[str, str],
        month: AMonth = None,
        *,
        by: str = "",
        again: bool = False,
    ) -> FaceWritten:
        """Write the `subject`, `preheader`, `headline` or `standfirst` of the month's issue in a
        language; an empty text removes it, and it is made from the first story again.

        Raises `UsageError` for a subject that an issue of the last or next twelve months has, unless
        `again`.
        """
        opened, chosen, tag = self._opened, self._opened.month(month), language_of(language)
        kept = {name: tidy(text) for name, text in texts.items()}
        actor, now = opened.actor(by), opened.now
        editing.write_face(opened.db, chosen, tag, kept, actor, now, again=again)
        return FaceWritten(chosen, tag, kept, voided(opened, [chosen], by))

    @call
    def check_open(self, month: AMonth = None) -> None:
        """Raise `UsageError` for a month that can no longer be changed."""
        editing.check_open(self._opened.db, self._opened.month(month))

    @call
    def export_text(self, month: AMonth = None) -> str:
        """The whole issue as text, for `import_text`."""
        opened, chosen = self._opened, self._opened.month(month)
        return round_trip.export(opened.db, opened.settings, chosen, _title_of(chosen))

    @call
    def import_text(self, text: str, month: AMonth = None, *, by: str = "") -> TextTaken:
        """Import such a text, completely or not at all; the default month is the one in the text.

        Raises `TextFault` with the lines that cannot be parsed, and `Conflict` where others have
        changed the same since.
        """
        opened = self._opened
        chosen = opened.month(month or round_trip.month_of(text))
        actor = opened.actor(by)
        taken = round_trip.import_text(opened.db, opened.settings, chosen, text, actor, opened.now)
        notes = self._refocused(chosen) if taken.edited else ()
        months = () if taken.nothing else (chosen,)
        return TextTaken(chosen, taken, voided(opened, months, by), notes)

    def _refocused(self, month: Month) -> tuple[str, ...]:
        """Make the pictures whose focus was moved; notes where that fails."""
        from alerts.sources.picture.bring import refocus  # imports httpx2

        return refocus(self._opened.db, self._opened.settings, month, self._opened.now)

    @call
    def rebased(self, text: str, month: AMonth = None) -> str:
        """A text with conflicts, rebased onto the present issue: its own texts win when it is imported
        again; those of others are comments above them."""
        opened, chosen = self._opened, self._opened.month(month)
        title = _title_of(chosen)
        return round_trip.rebased(opened.db, opened.settings, chosen, title, text)

    @call
    def unchanged(self, text: str) -> bool:
        """Whether a text is unchanged since it was exported."""
        return round_trip.changed_nothing(self._opened.settings, text)


def _title_of(month: Month) -> str:
    """“October 2026”: the text is in English for editors, whatever the languages of the alert."""
    return Catalogue("en", ()).month(month)
