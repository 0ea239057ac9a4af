"""What a run does about special alerts that go at a moment: none is sent before, and late ones are told."""

from datetime import timedelta

from alerts.domain.errors import AwaitingApproval, Incomplete
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.issue import load
from alerts.library.run_results import Prepared, RunWork
from alerts.library.steps import Early, HeldBack, LateSpecial
from alerts.outbox.special_moment import nothing_in_it
from alerts.schedule.owed import Turn
from alerts.store import scheduled_specials
from alerts.text.wall_clock import shown

_LATE = timedelta(hours=1)  # a crontab that calls every hour is not late


def kept_back(work: RunWork, month: Month) -> Prepared | None:
    """What is done about a special alert that is not to be queued now: before its moment, or while nothing is
    in it. Its editors are mailed what they have to approve. None for every other issue."""
    found = scheduled_specials.find(work.db, month) if month.special else None
    if found is None:
        return None
    if work.now >= found.at:
        if not load.composed(work.db, work.settings, month).empty:
            return None
        return _held(work, month, Incomplete(nothing_in_it(month)))
    when = shown(found.at, work.settings.zone)
    if work.settings.alert.review == "required" and not _approved(work, month):
        words = f"waits for approval, and goes {when}: `alerts issue approve {month.option}`"
        return _held(work, month, AwaitingApproval(f"{month}: {words}"))
    work.progress(Early(month, found.at))
    return Prepared(month)


def _approved(work: RunWork, month: Month) -> bool:
    """Whether enough people have approved it as it is; if not, its editors get what they have not seen."""
    from alerts.editions import approval
    from alerts.editions.draft import drafted
    from alerts.preview.mailed import mail_previews

    draft = drafted(work.db, work.settings, month)
    if approval.state(work.db, work.settings, draft) is IssueState.APPROVED:
        return True
    connect = work.world.connect
    work.progress(mail_previews(work.db, work.settings, draft, work.actor, work.now, connect))
    return False


def _held(work: RunWork, month: Month, fault: AwaitingApproval | Incomplete) -> Prepared:
    held_back = HeldBack(month, fault)
    work.progress(held_back)
    return Prepared(month, held_back=held_back)


def tell_late(work: RunWork, turn: Turn, done: Prepared) -> None:
    """Say that a special alert was queued after its moment, if it was."""
    late = work.now - turn.planned if turn.planned is not None else timedelta()
    queued = done.queued is not None and not done.queued.already
    if turn.month.special and turn.planned is not None and queued and late >= _LATE:
        work.progress(LateSpecial(turn.month, turn.planned))
