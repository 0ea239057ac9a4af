"""Whom an issue is for: chosen while it is open, counted and questioned before it is queued.

Guarantees that a segment that was chosen once is never forgotten by a later call: it is kept with the
draft, and frozen when the issue is first queued. Sends nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.errors import RecipientsDoubted, UsageError
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.outbox.gate import Fatal
from alerts.store import audit_log, issues, recipients, transaction
from alerts.store.recipients import Recipients
from alerts.text.plural import counted

_SURPRISING = 1.5  # times as many people as the last issue


@dataclass(frozen=True, slots=True)
class Segment:
    """The readers who match `where`: how many get the issue or, before it is queued, would get it now."""

    where: str
    people: int

    def __str__(self) -> str:
        return f"for readers who match “{self.where}”: {counted(self.people, 'reader')}"


def segment_of(db: Database, month: Month) -> Segment | None:
    """Whom the month's issue is for; None for everybody."""
    stored = issues.get(db, month)
    if stored is None or not stored.recipients:
        return None
    people = stored.people
    if people is None:
        people = recipients.count(db, stored.recipients)
    return Segment(stored.recipients.where, people)


def set_recipients(
    db: Database,
    month: Month,
    where: str,
    actor: Actor,
    now: datetime,
    anyway: Collection[str] = (),
) -> None:
    """Keep that the month's issue is for the readers who match `where`, or (empty) for everybody.

    Raises `UsageError` for a question that cannot be read, or that is another one than that for which the
    issue was queued, and `RecipientsDoubted`.
    """
    wanted = Recipients.asked(where, special=bool(month.special))
    stored = issues.get(db, month)
    if stored is not None and (stored.frozen or stored.version > 1):
        if not stored.recipients.same(wanted):
            raise UsageError(
                f"{month}: was queued for {_named(stored.recipients)}, and keeps its readers; it cannot be"
                f" queued for {_named(wanted)}"
            )
        return
    check(db, month, wanted, anyway)
    before = issues.recipients_of(db, month)
    if before.same(wanted):
        return
    with transaction(db):
        issue_id = issues.begin(db, month, now)
        issues.set_recipients(db, issue_id, wanted)
        detail = {
            "changes": {"where": [before.where or None, wanted.where or None]},
            "by": actor.name,
            "command": actor.command,
        }
        audit_log.record(db, now, "issue.aimed", issue_id=issue_id, detail=detail)


def check(db: Database, month: Month, wanted: Recipients, anyway: Collection[str] = ()) -> None:
    """Raise `RecipientsDoubted` where a segment or a special alert has nobody, a segment everybody, or either
    half as many people again as the last issue."""
    if Fatal.RECIPIENTS in anyway or not (wanted or month.special):
        return
    people = recipients.count(db, wanted)
    if doubt := _doubt(db, month, wanted, people):
        raise RecipientsDoubted(f"{month}: {doubt}; on purpose: --anyway {Fatal.RECIPIENTS}")


def _doubt(db: Database, month: Month, wanted: Recipients, people: int) -> str:
    if not people:
        if wanted:
            return f"nobody who may be mailed matches {_named(wanted)}"
        return "nobody who may be mailed wants special alerts"
    if wanted and people == recipients.count(db, replace(wanted, where="")):
        number = counted(people, "reader")
        return f"everybody matches {_named(wanted)}, {number}"
    last = issues.last_people(db, month)
    if last is not None and people > _SURPRISING * last[1]:
        number = counted(people, "reader")
        if wanted:
            return (
                f"{number} match {_named(wanted)}, and the issue of {last[0]} went to {last[1]:,}"
            )
        return f"{number} want special alerts, and the issue of {last[0]} went to {last[1]:,}"
    return ""


def _named(wanted: Recipients) -> str:
    return f"“{wanted.where}”" if wanted else "everybody"
