"""The calls of `project.issues` about all issues, and about special alerts: begun, sent at a moment."""

from collections.abc import Collection, Sequence
from datetime import datetime

from alerts.config.known import language_known
from alerts.domain.errors import UsageError
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.outbox import special, special_moment
from alerts.outbox.special import SpecialBegun
from alerts.outbox.special_moment import SpecialMoment
from alerts.store import issue_list, issues, scheduled_specials
from alerts.store.issue_list import IssueEntry
from alerts.text.wall_clock import moment_at

__all__ = ["SpecialIssues", "SpecialMoment", "language_of"]


class SpecialIssues(ProjectPart):
    """All issues, and those that are not a month's."""

    @call
    def begin_special(
        self, title: str, *, language: str = "", where: str = "", by: str = ""
    ) -> SpecialBegun:
        """Begin a special alert: an issue that is not a month's, with this title as its headline and subject
        in `language` (by default, the first of the alert); with `where` only for readers who match it.

        Raises `UsageError` for an empty title, and where there is one with this title in this month.
        """
        opened = self._opened
        tag = language_of(language) if language else opened.settings.default_language
        month = Month.of(opened.now, opened.settings.zone)
        return special.begin(opened.db, month, title, tag, where, opened.actor(by), opened.now)

    @call
    def specials(self) -> tuple[tuple[Month, IssueState], ...]:
        """The special alerts and their states, the newest first."""
        return tuple((one.month, one.state) for one in issues.specials(self._opened.db))

    @call
    def listed(self) -> Sequence[IssueEntry]:
        """Every issue: of months, special alerts, corrections and imported ones; the newest month first."""
        return issue_list.everything(self._opened.db)

    @call
    def schedule(
        self,
        when: str | datetime,
        month: AMonth = None,
        *,
        by: str = "",
        anyway: Collection[str] = (),
    ) -> SpecialMoment:
        """Have a special alert go at that moment: an aware datetime, or a text such as `2026-12-10 09:00` in
        the alert's time zone (`text.wall_clock`). From then on the next `run` queues and sends it.

        Raises `UsageError` for the issue of a month, one that is queued, recalled or dropped and a moment
        that has passed or does not exist, and `RecipientsDoubted` as queueing does, unless `anyway` has
        “recipients”, which then holds for its moment too.
        """
        opened, chosen = self._opened, self._opened.month(month)
        at = moment_at(when, opened.settings.zone) if isinstance(when, str) else when
        actor, now = opened.actor(by), opened.now
        return special_moment.choose(opened.db, chosen, at, actor, now, anyway)

    @call
    def moment(self, when: str) -> datetime:
        """The moment (UTC) of a text, as `schedule` reads it; chooses nothing.

        Raises `UsageError` for one that has passed or does not exist.
        """
        at = moment_at(when, self._opened.settings.zone)
        if at <= self._opened.now:
            raise UsageError(f"“{when}” has passed; choose a later moment")
        return at

    @call
    def unschedule(self, month: AMonth = None, *, by: str = "") -> SpecialMoment:
        """Have a special alert go only by name again; raises as `schedule`."""
        opened, chosen = self._opened, self._opened.month(month)
        return special_moment.choose(opened.db, chosen, None, opened.actor(by), opened.now)

    @call
    def scheduled(self, month: AMonth = None) -> datetime | None:
        """The moment (UTC) of that special alert, also when it has passed; None where it has none."""
        found = scheduled_specials.find(self._opened.db, self._opened.month(month))
        return found.at if found else None


def language_of(text: str) -> str:
    """The language of a code; raises `UsageError`."""
    tag = language_known(text)
    if not tag:
        raise UsageError("in which language? Write a code such as en, es, pt-br")
    return tag
