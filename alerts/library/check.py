"""What was owed, what was sent, and what is missing: `alerts check`, and what others say of it.

Asks only: nothing is collected, rendered or sent. Each month says whether it needs nobody, only time, or a
person.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.library.standing import CheckedMonths, MonthStanding, Needs, Stand
from alerts.outbox import clock_gate
from alerts.outbox.send_windows import windows_told
from alerts.schedule import owed
from alerts.schedule.due_issues import Due
from alerts.schedule.owed import Turn
from alerts.store import dropped_issues, issues, outbox, outbox_figures, recipients, windows
from alerts.store import sources as kept
from alerts.store.dropped_issues import DroppedIssue
from alerts.store.issues import StoredIssue
from alerts.text.human_time import date_and_time
from alerts.text.plural import counted

_BY_ITSELF = (Stand.DUE, Stand.WAITING, Stand.SENDING)
_BY_A_PERSON = (
    Stand.UNAPPROVED, Stand.INCOMPLETE, Stand.DOUBTED, Stand.OVERDUE, Stand.HELD, Stand.LEFT_OPEN,
    Stand.RECALLED,
)  # fmt: skip
_NEEDS = dict.fromkeys(_BY_ITSELF, Needs.TIME) | dict.fromkeys(_BY_A_PERSON, Needs.PERSON)


def check(db: Database, settings: Settings, now: datetime) -> CheckedMonths:
    """How each month stands that is owed, or whose turn it is."""
    doubt = clock_gate.doubted(db, now)
    months_due = owed.turns(db, settings, now)
    turns = {turn.month: turn for turn in (*owed.special_turns(db, settings, now), *months_due)}
    stored = {one.month: one for one in issues.unsent(db)}
    corrections = outbox_figures.open_corrections(db)
    dropped = dropped_issues.everything(db)
    months = {
        *turns,
        *stored,
        *corrections,
        *(one for one in dropped if one > months_due[-1].month),
    }
    found = [
        _of_dropped(db, settings, dropped[month], now)
        if month in dropped
        else _standing(db, settings, now, month, turns.get(month), stored.get(month))
        for month in sorted(months)
    ]
    held = outbox_figures.held(db, settings.delivery.in_doubt == "resend")
    found = [
        _with_corrections(one, corrections.get(one.month, {}), held.get(one.month, 0))
        for one in found
    ]
    if settings.windows.on:
        found = [_with_windows(db, settings, now, one) for one in found]
    if any(one.needs is Needs.TIME for one in found):
        from alerts.library.blocked import blocked

        words = blocked(db, settings, doubt, now)
        found = [_stopped(one, words) for one in found]
    return CheckedMonths(now, found, doubt, windows_told(settings, now)[1])


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


def _with_windows(
    db: Database, settings: Settings, now: datetime, one: MonthStanding
) -> MonthStanding:
    """A month of which all that is open waits for its moment, as planned: nothing of it is owed yet."""
    if one.stand is not Stand.SENDING or not windows.only_waits(db, now, one.month):
        return one
    from alerts.outbox.windows import openings, summary

    why = summary(openings(db, settings, now, [one.month]))
    return replace(one, stand=Stand.WINDOW, needs=Needs.NOBODY, why=why)


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
    people = recipients.count(db, issues.recipients_of(db, month)) if needs else 0
    return MonthStanding(
        month, stand, needs, why, planned, approved=approved, owed=people, missing=people
    )


def _of_dropped(
    db: Database, settings: Settings, one: DroppedIssue, now: datetime
) -> MonthStanding:
    """How an issue stands that was dropped; somebody may have got it before it was recalled."""
    counts = outbox_figures.counts(db, one.month)
    return MonthStanding(
        one.month,
        Stand.DROPPED,
        Needs.NOBODY,
        f"{_local(settings, one.at, now)} by {one.by} ({one.why});"
        f" `alerts issue drop {one.month.option} --undo`",
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
        f"{ready}; `alerts issue reissue {stored.month.option}` owes it to those not yet mailed",
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
    if turn is None and not month.special and owed.left_of(settings, month, now) > timedelta():
        return Stand.EARLY, f"{month} has not ended"
    due = turn.due if turn is not None else Due.OVERDUE  # approved, and of a month long ago
    if month.special and turn is not None and turn.planned is not None:
        from alerts.library.check_special import of_scheduled

        if stands := of_scheduled(db, settings, month, turn.planned, turn.due, approved=approved):
            return stands
    elif due is Due.EARLY:
        at = f": {_local(settings, turn.planned, now)}" if turn and turn.planned else ""
        return Stand.EARLY, f"its moment is still to come{at}"
    from alerts.editions import approval  # with all that renders: 150 ms
    from alerts.editions.gaps import below_coverage
    from alerts.issue import load
    from alerts.issue.machine_drafts import unsigned_words

    begun = approved or approval.under_review(db, settings, month)
    unscheduled = month.special and turn is None
    if unscheduled or (due in (Due.OLDER, Due.UNPLANNED) and not begun):
        return Stand.NOT_SCHEDULED, f"`alerts run {month.option}` sends it"
    issue = load.composed(db, settings, month)
    if issue.empty:
        failing = kept.failing(db) if due is Due.OWED else ()
        if failing:
            return Stand.WAITING, f"no articles yet: waits for {', '.join(failing)}"
        asked = turn is None or turn.planned is None or kept.asked_since(db, turn.planned)
        if asked or due is Due.OVERDUE:
            return Stand.EMPTY, "no articles"
        return Stand.DUE, "its sources are asked by the next `alerts run`"
    if due is Due.OVERDUE:
        return Stand.OVERDUE, owed.overdue_words(settings, month)
    if thin := below_coverage(issue, settings):
        return Stand.INCOMPLETE, f"{'; '.join(thin)}: `alerts article translate ID LANG`"
    if words := unsigned_words(db, issue, settings.alert.languages):
        return Stand.INCOMPLETE, words
    if settings.alert.review == "required" and not approved:
        return (
            Stand.UNAPPROVED,
            f"waits for approval: look at the preview, then `alerts issue approve {month.option}`",
        )
    missed = kept.missed(db, now)
    until = owed.waits_until(settings, turn.planned) if turn and turn.planned else now
    if missed and not approved and now < until:
        return Stand.WAITING, f"waits for {', '.join(missed)} until {_local(settings, until, now)}"
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
                f" {month.option}` sends it, `alerts delivery cancel {month.option}` drops it"
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


def _local(settings: Settings, moment: datetime, now: datetime) -> str:
    """A moment for a person; programs have the ISO time of each month in JSON."""
    return f"{date_and_time(moment, now, settings.zone)} ({settings.alert.timezone})"
