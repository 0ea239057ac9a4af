"""The steps of a month in order: collect, lint, mail previews or queue, send.

Works with the project's lock held by the caller. Twice, late or after a crash: everyone is mailed once.
Without a month, what is owed is decided by `schedule.owed`, as the daemon does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import AlertsError, AwaitingApproval, Incomplete, IssueRecalled
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.issue import load
from alerts.library.clock import check_ended, sure_of_time
from alerts.library.run_results import Prepared, Ran, RunWork
from alerts.library.run_specials import kept_back, tell_late
from alerts.library.send import Sent, send
from alerts.library.sending import Sending
from alerts.library.steps import (
    Early,
    HeldBack,
    LintedIssue,
    MonthEnds,
    NotCollected,
    Overdue,
    SkippedMonth,
    Waiting,
    WentWithout,
)
from alerts.outbox import clock_gate, gate_facts
from alerts.outbox.clock_gate import ClockFault
from alerts.outbox.drop import check_not_dropped, dropped_words
from alerts.outbox.options import World
from alerts.outbox.queued import Queued, already_queued, recalled_words
from alerts.schedule import owed
from alerts.schedule.due_issues import Due
from alerts.schedule.owed import Turn
from alerts.store import issues
from alerts.store import sources as kept
from alerts.transport.relay import leaves_the_machine

if TYPE_CHECKING:
    from alerts.sources.collected import Collected

_BY_HAND = (Due.OLDER, Due.UNPLANNED)  # what the daemon leaves to a person who calls `run`


def run(
    db: Database,
    settings: Settings,
    world: World,
    month: Month,
    actor: Actor,
    how: Sending,
    *,
    named: bool,
) -> Ran:
    """Collect and queue what is owed, unless that was done, and send.

    `named`: the issue of the month is sent however late it is, and no other, but a special alert never before
    its moment; raises `Unfinished` where it
    has not ended, and `UsageError` where it is dropped. Else
    every month that is due and not too late is queued, and all are sent that were
    queued within alert.max_late. Raises `ClockDoubted` where the clock may be wrong.
    """
    gate_facts.check_settings(db, settings, month, how.anyway)
    work = RunWork(db, settings, world, actor, how)
    if named:
        check_not_dropped(db, month)
        if month not in issues.frozen_months(db):
            check_ended(settings, month, work.now, how.anyway)
        done = _prepared(work, month, None)
        if done.fault is not None:
            raise done.fault
        sent = send(db, settings, world, [month], how)
        _draw(work, [done])
        return _ran(done, sent)
    now = world.now()
    turns = (*owed.special_turns(db, settings, now), *owed.turns(db, settings, now))
    prepared = _prepare_owed(work, turns)
    sent = send(db, settings, world, None, how)
    _draw(work, prepared)
    for one in prepared:
        if one.fault is not None:
            raise one.fault
    return _ran(prepared[-1], sent, tuple(prepared[:-1]))


def _draw(work: RunWork, prepared: Sequence[Prepared]) -> None:
    """Draw the pictures that other sites show of the issues queued now: after sending, as no mail has one."""
    for one in prepared:
        if one.queued is not None and not (one.queued.empty or one.queued.already):
            from alerts.library.share_pictures import draw  # 50 ms

            draw(work.db, work.settings, one.month)


def _ran(done: Prepared, sent: Sent, earlier: tuple[Prepared, ...] = ()) -> Ran:
    return Ran(
        done.month,
        sent,
        done.collected,
        done.queued,
        done.held_back,
        done.overdue,
        done.waiting,
        tuple(one for one in earlier if one != Prepared(one.month)),
    )


def _prepare_owed(work: RunWork, turns: Sequence[Turn]) -> list[Prepared]:
    """Do what is owed, special alerts first, then months, oldest first; the last ended last."""
    settings, now, last = work.settings, work.now, turns[-1].month
    found = clock_gate.doubted(work.db, now)
    asked = [t for t in turns if t.due not in (Due.DONE, Due.DROPPED, Due.EARLY)]
    if found is not None and found.fault is not ClockFault.UNUSED and asked:
        clock_gate.check(work.db, now, str(asked[-1].month), work.how.anyway)
    left = owed.left_of(settings, last.plus(1), now)
    if left <= owed.NEAR:
        work.progress(MonthEnds(last.plus(1), left))
    return [_turned(work, turn, by_hand=turn.month == last) for turn in turns]


def _turned(work: RunWork, turn: Turn, *, by_hand: bool) -> Prepared:
    """Do what the turn of a month says."""
    month = turn.month
    if turn.due is Due.DROPPED:
        if by_hand:
            work.progress(SkippedMonth(month, dropped_words(month)))
        return Prepared(month)
    if recalled := _recalled(work, month):
        return Prepared(month, held_back=recalled)
    if turn.due is Due.DONE:
        stored = issues.get(work.db, month) if by_hand else None
        return Prepared(month, queued=already_queued(work.db, stored) if stored else None)
    if turn.due is Due.EARLY and turn.planned is not None and by_hand:
        work.progress(Early(month, turn.planned))
    if turn.due is Due.OVERDUE:
        return _overdue(work, month)
    if turn.due is Due.OWED or (by_hand and turn.due in _BY_HAND):
        done = _prepared(work, month, turn.planned if turn.due is Due.OWED else None)
        tell_late(work, turn, done)
        return done
    return Prepared(month)


def _overdue(work: RunWork, month: Month) -> Prepared:
    """Leave the month to a person, who must be told; by a wrong clock it may not be late at all."""
    if load.composed(work.db, work.settings, month).empty:
        return Prepared(month)
    try:
        sure_of_time(work.db, work.settings, work.now, str(month), work.how.anyway)
    except AlertsError as fault:
        return Prepared(month, fault=fault)
    overdue = Overdue(month, work.settings.alert.max_late)
    work.progress(overdue)
    return Prepared(month, overdue=overdue)


def _prepared(work: RunWork, month: Month, planned: datetime | None) -> Prepared:
    """Collect and queue the month, as far as it goes; `planned`: its moment, from which it may wait for
    a source, or None where it waits for none."""
    db, settings = work.db, work.settings
    if recalled := _recalled(work, month):
        return Prepared(month, held_back=recalled)
    collected = None
    try:
        if month not in issues.frozen_months(db):
            if kept := kept_back(work, month):
                return kept
            collected = None if month.special else _collected(work, month)
            sure_of_time(db, settings, work.now, str(month), work.how.anyway)
        if collected is not None and planned is not None:
            waiting = _waiting(work, month, planned)
            if waiting is not None:
                return Prepared(month, collected, waiting=waiting)
        queued, held_back = _queued(work, month)
    except AlertsError as fault:
        return Prepared(month, collected, fault=fault)
    return Prepared(month, collected, queued, held_back)


def _collected(work: RunWork, month: Month) -> "Collected | None":
    """Ask the sources, unless the issue's editors are looking at it."""
    from alerts.editions import approval

    if approval.under_review(work.db, work.settings, month):
        work.progress(NotCollected(month))
        return None
    from alerts.sources.collect import collect  # what fetches and parses: 120 ms

    collected = collect(work.db, work.settings, month, work.now, environ=work.world.environ)
    work.progress(collected)
    return collected


def _waiting(work: RunWork, month: Month, planned: datetime) -> Waiting | None:
    """Whether the issue waits for sources that usually give articles and could not be read."""
    missing = tuple(kept.missed(work.db, work.now))
    if not missing:
        return None
    until = owed.waits_until(work.settings, planned)
    if work.now >= until:
        work.progress(WentWithout(month, missing))
        return None
    waiting = Waiting(month, missing, until)
    work.progress(waiting)
    return waiting


def _queued(work: RunWork, month: Month) -> tuple[Queued | None, HeldBack | None]:
    """Freeze the issue, or mail its editors what they have not seen yet."""
    # What renders and checks is not needed where nothing is owed.
    from alerts.editions.draft import drafted
    from alerts.editions.waiting import note_waiting
    from alerts.lint.group import grouped
    from alerts.lint.place import Level
    from alerts.outbox.queue import queue
    from alerts.preview.mailed import linted, mail_previews
    from alerts.preview.unreviewed import mail_doubts

    db, settings, progress = work.db, work.settings, work.progress
    draft = drafted(db, settings, month)
    try:
        queued = queue(db, settings, month, work.now, work.actor, draft, work.how.anyway)
    except (AwaitingApproval, Incomplete) as fault:
        if settings.alert.review == "required":
            progress(mail_previews(db, settings, draft, work.actor, work.now, work.world.connect))
        held_back = HeldBack(month, fault)
        note_waiting(db, draft, str(fault), work.now)
        progress(held_back)
        return None, held_back
    progress(queued)
    if settings.alert.review != "required" and not queued.already:
        progress(mail_doubts(db, settings, draft, work.now, work.world.connect))
    if not (queued.empty or queued.already) and leaves_the_machine(settings):
        proofs = linted(db, settings, draft, work.now)
        findings = (finding for proof in proofs for finding in proof.findings)
        progress(LintedIssue(month, grouped(findings, Level.WARNING)))
    return queued, None


def _recalled(work: RunWork, month: Month) -> HeldBack | None:
    """Why nothing is done about an issue that was recalled: it waits for a person."""
    stored = issues.get(work.db, month)
    if stored is None or stored.recalled_at is None:
        return None
    held_back = HeldBack(month, IssueRecalled(recalled_words(month)))
    work.progress(held_back)
    return held_back
