"""What was owed, what was sent, and what is missing: `alerts check`, and what others say of it.

Asks only: nothing is collected, rendered or sent. Each month says whether it needs nobody, only time, or a
person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.editions import approval
from alerts.editions.gaps import below_coverage
from alerts.issue import load
from alerts.library.blocked import blocked
from alerts.outbox import clock_gate
from alerts.outbox.clock_gate import Doubt
from alerts.schedule import owed
from alerts.schedule.due_issues import Due
from alerts.schedule.owed import Turn
from alerts.store import dropped_issues, issues, outbox, outbox_figures
from alerts.store import sources as kept
from alerts.store.dropped_issues import DroppedIssue
from alerts.store.issues import StoredIssue
from alerts.text.plural import counted


class Needs(IntEnum):
    """What it takes that a month goes on; the worst last."""

    NOBODY = 0
    TIME = 1
    PERSON = 2


class Stand(StrEnum):
    """How the issue of a month stands."""

    SENT = "sent"
    EARLY = "early"  # its moment is still to come
    EMPTY = "empty"  # nothing was published
    NOT_SCHEDULED = (
        "not scheduled"  # its moment was before the project began, or the schedule has none
    )
    DUE = "due"  # the next `run` sends it
    WAITING = "waiting"  # … once a source can be read, or at schedule.wait_until
    UNAPPROVED = "unapproved"
    INCOMPLETE = "incomplete"  # fewer translations than alert.min_coverage
    OVERDUE = "overdue"
    SENDING = "sending"  # queued, and not sent to all yet
    HELD = "held"  # copies in doubt want a decision
    LEFT_OPEN = "left open"  # queued too long ago to go on without being named
    DROPPED = "dropped"  # a person has decided that it is not sent
    RECALLED = "recalled"  # stopped by a person, who has not sent its next version yet


_BY_ITSELF = (Stand.DUE, Stand.WAITING, Stand.SENDING)
_BY_A_PERSON = (
    Stand.UNAPPROVED, Stand.INCOMPLETE, Stand.OVERDUE, Stand.HELD, Stand.LEFT_OPEN, Stand.RECALLED
)  # fmt: skip
_NEEDS = dict.fromkeys(_BY_ITSELF, Needs.TIME) | dict.fromkeys(_BY_A_PERSON, Needs.PERSON)


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """One month. `owed` is how many people it is owed to, `missing` how many of them have no copy and are
    not settled as failed or skipped; `why` is what keeps it, and what to do about it."""

    month: Month
    stand: Stand
    needs: Needs
    why: str = ""
    planned: datetime | None = None
    approved: bool = False
    owed: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class CheckedMonths:
    """How things stand at that moment; `doubt`: why the clock may be wrong."""

    now: datetime
    months: Sequence[MonthStanding]
    doubt: Doubt | None

    @property
    def needs(self) -> Needs:
        """What it takes that all goes on."""
        return max((one.needs for one in self.months), default=Needs.NOBODY)

    @property
    def dropped(self) -> Sequence[MonthStanding]:
        """The months whose issue was dropped."""
        return [one for one in self.months if one.stand is Stand.DROPPED]

    @property
    def open(self) -> Sequence[MonthStanding]:
        """The months that are owed and not sent."""
        return [one for one in self.months if one.needs is not Needs.NOBODY]

    def of(self, months: Sequence[Month]) -> "CheckedMonths":
        """The same for those months alone."""
        return replace(self, months=[one for one in self.months if one.month in months])


def check(db: Database, settings: Settings, now: datetime) -> CheckedMonths:
    """How each month stands that is owed, or whose turn it is."""
    doubt = clock_gate.doubted(db, now)
    turns = {turn.month: turn for turn in owed.turns(db, settings, now)}
    stored = {one.month: one for one in issues.unsent(db)}
    corrections = outbox_figures.open_corrections(db)
    dropped = dropped_issues.everything(db)
    months = {*turns, *stored, *corrections, *(one for one in dropped if one > max(turns))}
    found = [
        _of_dropped(db, settings, dropped[month])
        if month in dropped
        else _standing(db, settings, now, month, turns.get(month), stored.get(month))
        for month in sorted(months)
    ]
    held = outbox_figures.held(db, settings.delivery.in_doubt == "resend")
    found = [
        _with_corrections(one, corrections.get(one.month, {}), held.get(one.month, 0))
        for one in found
    ]
    stops = blocked(db, settings, doubt)
    return CheckedMonths(now, [_stopped(one, stops) for one in found], doubt)


def _with_corrections(one: MonthStanding, open_: Mapping[str, int], held: int) -> MonthStanding:
    """An issue that is sent, with what is still to be sent of its corrections."""
    if one.needs is not Needs.NOBODY or not open_:
        return one
    number = sum(open_.values())
    if held >= number:
        why = f"{counted(held, 'copy')} in doubt: `alerts delivery list --state in_doubt`"
        return replace(one, stand=Stand.HELD, needs=Needs.PERSON, why=why, missing=number)
    why = f"{counted(number, 'copy')} of a correction: the next `alerts send` goes on"
    return replace(one, stand=Stand.SENDING, needs=Needs.TIME, why=why, missing=number)


def _standing(
    db: Database,
    settings: Settings,
    now: datetime,
    month: Month,
    turn: Turn | None,
    stored: StoredIssue | None,
) -> MonthStanding:
    done = (
        turn.due is Due.DONE if turn is not None else stored is None
    )  # a correction alone is open
    if done or (stored is not None and stored.frozen):
        return _of_outbox(db, settings, now, month, stored)
    approved = stored is not None and stored.state is IssueState.APPROVED
    if stored is not None and stored.recalled_at is not None:
        return _of_recalled(db, stored, approved=approved)
    planned = turn.planned if turn is not None else None
    stand, why = _of_draft(db, settings, now, month, turn, approved=approved)
    needs = _NEEDS.get(stand, Needs.NOBODY)
    people = outbox.eligible(db) if needs is not Needs.NOBODY else 0
    return MonthStanding(
        month, stand, needs, why, planned, approved=approved, owed=people, missing=people
    )


def _of_dropped(db: Database, settings: Settings, one: DroppedIssue) -> MonthStanding:
    """How an issue stands that was dropped; somebody may have got it before it was recalled."""
    counts = outbox_figures.counts(db, one.month)
    return MonthStanding(
        one.month,
        Stand.DROPPED,
        Needs.NOBODY,
        f"{_local(settings, one.at)} by {one.by} ({one.why});"
        f" `alerts issue drop --month {one.month} --undo`",
        owed=sum(counts.values()),
        sent=counts["sent"],
        failed=counts["failed"],
        skipped=counts["skipped"],
    )


def _of_recalled(db: Database, stored: StoredIssue, *, approved: bool) -> MonthStanding:
    """How an issue stands that was recalled and waits for its next version."""
    counts = outbox_figures.counts(db, stored.month)
    ready = "its next version is approved" if approved else "mend it"
    return MonthStanding(
        stored.month,
        Stand.RECALLED,
        _NEEDS[Stand.RECALLED],
        f"{ready}; `alerts issue reissue --month {stored.month}` owes it to those not yet mailed",
        approved=approved,
        owed=sum(counts.values()),
        sent=counts["sent"],
        failed=counts["failed"],
        skipped=counts["skipped"],
        missing=sum(counts[state] for state in outbox.OPEN),
    )


def _of_draft(
    db: Database,
    settings: Settings,
    now: datetime,
    month: Month,
    turn: Turn | None,
    *,
    approved: bool,
) -> tuple[Stand, str]:
    """How an issue stands that is not queued, and why."""
    if turn is None and owed.left_of(settings, month, now).total_seconds() > 0:
        return Stand.EARLY, f"{month} has not ended"
    due = turn.due if turn is not None else Due.OVERDUE  # approved, and of a month long ago
    if due is Due.EARLY:
        return Stand.EARLY, "its moment is still to come"
    begun = approved or approval.under_review(db, settings, month)
    if due in (Due.OLDER, Due.UNPLANNED) and not begun:
        return Stand.NOT_SCHEDULED, f"`alerts run --month {month}` sends it"
    issue = load.composed(db, settings, month)
    if not issue.articles:
        asked = turn is None or turn.planned is None or kept.asked_since(db, turn.planned)
        if asked or due is Due.OVERDUE:
            return Stand.EMPTY, "no articles"
        return Stand.DUE, "its sources are asked by the next `alerts run`"
    if due is Due.OVERDUE:
        return Stand.OVERDUE, owed.overdue_words(settings, month)
    if thin := below_coverage(issue, settings):
        return Stand.INCOMPLETE, f"{'; '.join(thin)}: `alerts article translate ID LANG`"
    if settings.alert.review == "required" and not approved:
        return (
            Stand.UNAPPROVED,
            f"waits for approval: look at the preview, then `alerts issue approve --month {month}`",
        )
    missed = kept.missed(db, now)
    until = owed.waits_until(settings, turn.planned) if turn and turn.planned else now
    if missed and not approved and now < until:
        return Stand.WAITING, f"waits for {', '.join(missed)} until {_local(settings, until)}"
    return Stand.DUE, f"{'approved; ' if approved else ''}the next `alerts run` sends it"


def _of_outbox(
    db: Database,
    settings: Settings,
    now: datetime,
    month: Month,
    stored: StoredIssue | None,
) -> MonthStanding:
    """How an issue stands that is queued; `stored` is None where all of it is settled."""
    counts = outbox_figures.counts(db, month)
    open_ = sum(counts[state] for state in outbox.OPEN)
    resends = settings.delivery.in_doubt == "resend"
    held = outbox_figures.held(db, resends).get(month, 0) if open_ else 0
    stand, why = Stand.SENT, ""
    if open_ and stored is not None:
        queued_at = stored.queued_at or now
        if now - queued_at > settings.alert.max_late:
            stand = Stand.LEFT_OPEN
            why = (
                f"queued over {counted(settings.alert.max_late.days, 'day')} ago: `alerts send"
                f" --month {month}` sends it, `alerts delivery cancel --month {month}` drops it"
            )
        elif held >= open_:
            stand = Stand.HELD
            why = f"{counted(held, 'copy')} in doubt: `alerts delivery list --state in_doubt`"
        else:
            stand, why = Stand.SENDING, "the next `alerts send` goes on"
    return MonthStanding(
        month,
        stand,
        _NEEDS.get(stand, Needs.NOBODY),
        why,
        approved=True,
        owed=sum(counts.values()),
        sent=counts["sent"],
        failed=counts["failed"],
        skipped=counts["skipped"],
        missing=open_,
    )


def _stopped(one: MonthStanding, words: str) -> MonthStanding:
    """A month that would go by itself, if there were not what stops all."""
    if one.needs is not Needs.TIME or not words:
        return one
    return replace(one, needs=Needs.PERSON, why=words)


def _local(settings: Settings, moment: datetime) -> str:
    return f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M} {settings.alert.timezone}"
