"""Chooses the moment at which a special alert goes by itself, and guards it until then.

From that moment on it is owed as the issue of a month is from its own (`schedule.owed`). Before it, nothing
queues it, also if it is named: whoever wants it earlier takes the moment back first.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from alerts.domain.errors import UsageError
from alerts.domain.issue import Actor, IssueState
from alerts.domain.month import Month
from alerts.outbox import segment
from alerts.outbox.drop import check_not_dropped
from alerts.outbox.gate import Fatal
from alerts.outbox.queued import recalled_words
from alerts.store import audit_log, issues, scheduled_specials, stamp, transaction
from alerts.text.wall_clock import shown, twice


@dataclass(frozen=True, slots=True)
class SpecialMoment:
    """When a special alert goes by itself; None: only by name. `before` is what was chosen earlier."""

    month: Month
    at: datetime | None
    before: datetime | None = None

    def first_of_two(self, zone: ZoneInfo) -> bool:
        """Whether the clock of `zone` shows its hour again, an hour later or so."""
        return self.at is not None and twice(self.at, zone) and not self.at.astimezone(zone).fold


def choose(
    db: Database,
    month: Month,
    at: datetime | None,
    actor: Actor,
    now: datetime,
    anyway: Collection[str] = (),
) -> SpecialMoment:
    """Have it go at that moment, or (None) only by name; the same twice changes nothing.

    Raises `UsageError` for the issue of a month, for one that is queued, recalled or dropped and for a moment
    that has passed, and `RecipientsDoubted`, as queueing would.
    """
    if not month.special:
        raise UsageError(
            f"{month}: the issue of a month goes at schedule.run; a special alert can have a moment"
        )
    if at is not None:
        _check_open(db, month)
        if at <= now:
            raise UsageError(
                f"{month}: that moment has passed; `alerts run {month.option}` sends it now"
            )
        segment.check(db, month, issues.recipients_of(db, month), anyway)
    allowed = frozenset(anyway) & {Fatal.RECIPIENTS.value}
    with transaction(db):
        before = scheduled_specials.find(db, month)
        was = before.at if before else None
        if was == at and (before is None or before.anyway == allowed):
            return SpecialMoment(month, at, was)
        _check_open(db, month)
        issue_id = issues.begin(db, month, now)
        scheduled_specials.choose(db, issue_id, at, allowed)
        detail = {
            "changes": {"send_at": [stamp(was) if was else None, stamp(at) if at else None]},
            "by": actor.name,
            "command": actor.command,
        }
        audit_log.record(db, now, "issue.scheduled", issue_id=issue_id, detail=detail)
    return SpecialMoment(month, at, was)


def _check_open(db: Database, month: Month) -> None:
    """Raise `UsageError` for one that no moment can be chosen for any more."""
    check_not_dropped(db, month)
    stored = issues.get(db, month)
    if stored is not None and stored.frozen:
        recall = f"; `alerts issue recall {month.option}` stops what has not left"
        raise UsageError(
            f"{month}: is {stored.state.value}, so it has no moment any more"
            + (recall if stored.state is IssueState.QUEUED else "")
        )
    if stored is not None and stored.recalled_at is not None:
        raise UsageError(recalled_words(month))


def anyway_of(db: Database, month: Month, anyway: Collection[str]) -> frozenset[str]:
    """The obstacles that are let through now, with those that were when its moment was chosen."""
    found = scheduled_specials.find(db, month) if month.special else None
    return frozenset(anyway) | (found.anyway if found else frozenset())


def check_begun(db: Database, month: Month, zone: ZoneInfo, now: datetime) -> None:
    """Raise `UsageError` for a special alert whose moment is still to come."""
    if not month.special:
        return
    found = scheduled_specials.find(db, month)
    if found is not None and now < found.at:
        raise UsageError(
            f"{month}: goes by itself, {shown(found.at, zone)};"
            f" `alerts issue schedule {month.option} --off` first, if it shall go now"
        )


def nothing_in_it(month: Month) -> str:
    """Why an empty special alert does not go, and what to do."""
    letter = f"`alerts issue letter LANG {month.option}` writes one"
    return f"{month}: has no articles and no introduction: {letter}"


def sentence(db: Database, month: Month, at: Callable[[str], str]) -> str:
    """When a special alert goes by itself, as a sentence behind another; empty where it has no moment."""
    found = scheduled_specials.find(db, month) if month.special else None
    return f" It goes by itself from {at(stamp(found.at))} on." if found else ""
