"""Sends the due notices, then the outbox of the given months, until nothing is due: the work of `send.py`."""

import os
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.config.windows import SendWindows
from alerts.domain.delivery import DeliveryState
from alerts.domain.errors import LockHeld, Unwelcome
from alerts.domain.month import Month
from alerts.instance import identity
from alerts.library.clock import sure_of_time
from alerts.library.sending import NOTICES_LOCK, Ending, Sending, Sent
from alerts.library.steps import (
    LeftOpen,
    NoticesSent,
    Paused,
    Progress,
    SendProgress,
    TooSlow,
)
from alerts.outbox import clock_gate, gate_facts
from alerts.outbox.bounce_limit import BounceLimit, note_paused, over_limit
from alerts.outbox.in_time import Allowance, InTime, due_now, shortfalls
from alerts.outbox.options import Destination, Orders, SendReport, World
from alerts.outbox.send import dispatch
from alerts.outbox.send_windows import windows_of
from alerts.outbox.windows import openings
from alerts.store import (
    clock,
    corrections,
    hub_leases,
    issues,
    open_database,
    outbox,
    outbox_figures,
    relay_limits,
)
from alerts.store.integrity import check
from alerts.store.lock import project_lock
from alerts.subscribers import send_notices


def send(
    db: Database, settings: Settings, world: World, months: Sequence[Month] | None, how: Sending
) -> Sent:
    """The same as `library.send.send`, once the settings have passed the gate."""
    _notices_first(db, settings, world, how)
    chosen = _recent(db, settings, world, how.progress) if months is None else tuple(months)
    _sure_of_time(db, settings, world, chosen, how)
    gate_facts.check_months(db, settings, chosen, world.now(), how.anyway)
    report = _dispatched(db, settings, world, _below_limit(db, settings, chosen, world, how), how)
    sent = _sent(db, settings, chosen, report, world.now(), limited=how.limit is not None)
    if settings.web.pdf and not report.stopped:
        from alerts.library import documents  # what makes PDF files

        documents.make(db, settings, chosen)
    return sent


def _sure_of_time(
    db: Database, settings: Settings, world: World, months: Sequence[Month], how: Sending
) -> None:
    """Raises `ClockDoubted` where there is something to send and the clock may be wrong."""
    open_ = [month for month in months if outbox_figures.any_open(db, month)]
    if open_:
        sure_of_time(db, settings, world.now(), str(open_[0]), how.anyway)
        usual = settings.delivery.retry
        retries = (usual, *(one.retry(usual) for one in settings.destinations))
        clock.pull_forward(
            db, world.now(), max(one.longest for one in retries), windows=settings.windows.on
        )
    elif clock_gate.doubted(db, world.now()) is None:
        clock.advance(db, world.now(), clock_gate.STEP)


def _notices_first(db: Database, settings: Settings, world: World, how: Sending) -> None:
    """Send the notices that are due, unless `alerts serve` is sending them now."""
    lock = project_lock(settings.database_path, "notices", world.now(), NOTICES_LOCK)
    with suppress(LockHeld), lock, how.around():
        done = send_notices.send_due(db, settings, world)
        number = done.outcomes[DeliveryState.SENT]
        if number or done.not_made:
            how.progress(NoticesSent(number, done.not_made))


def _recent(
    db: Database, settings: Settings, world: World, progress: Progress
) -> tuple[Month, ...]:
    """The months that are sent without being named; older issues are only sent when named."""
    max_late = settings.alert.max_late
    months, older = outbox.open_months(db, world.now() - max_late)
    for month in older:
        progress(LeftOpen(month, max_late))
    return tuple(months)


def _below_limit(
    db: Database, settings: Settings, months: Sequence[Month], world: World, how: Sending
) -> tuple[Month, ...]:
    """The months below the bounce limit; raises `Unwelcome` where there is none."""
    over = over_limit(db, months, settings.bounces)
    note_paused(db, over, world.now())
    left = tuple(month for month in months if month not in over)
    if over and not left:
        raise Unwelcome("; ".join(over.values()))
    for month, words in over.items():
        how.progress(Paused(month, words))
    return left


def _dispatched(
    db: Database, settings: Settings, world: World, months: Sequence[Month], how: Sending
) -> SendReport:
    """Send the outbox of those months; raises `Unwelcome` where the bounce limit ended it."""
    path = settings.database_path
    if months:
        check(db, path, world.now())
    own = open_database(path)
    if how.forget_limit:
        relay_limits.forget(own, settings.delivery.relay)
    try:
        here = identity.during_send(own, path) if months else nullcontext()
        with how.around(), here:
            limit = BounceLimit(own, months, settings.bounces, world)
            orders = orders_of(settings, months, how, windows_of(settings, world.now()))
            in_time = _in_time(own, orders, world, how.progress)

            def watch(report: SendReport, due: int) -> None:
                limit.look()
                if words := in_time.look(report):
                    how.progress(TooSlow(words))
                how.progress(SendProgress(report.outcomes.total(), due))

            if settings.delivery.hub and months:
                from alerts.library.hub import by_hub  # only where there is one

                report = by_hub(own, settings, orders, world, watch, how.progress)
            else:
                hub_leases.refuse_lent(own)
                report = dispatch(own, orders, world, watch)
    finally:
        own.close()
    limit.check(db)
    return report


def _in_time(db: Database, orders: Orders, world: World, progress: Progress) -> InTime:
    """Tell what cannot be sent before its window closes at the rates that are set; the watch over it."""
    found = due_now(db, orders, world.now())
    for short in shortfalls(found, Allowance.of(db, orders, world.now())):
        progress(TooSlow(short.words))
    return InTime(found, world)


def _recalled(db: Database, month: Month) -> bool:
    """Whether the month's issue waits for a person; nothing of it is owed to this send."""
    stored = issues.get(db, month)
    return stored is not None and stored.recalled_at is not None


def _sent(
    db: Database,
    settings: Settings,
    months: Sequence[Month],
    report: SendReport,
    now: datetime,
    *,
    limited: bool,
) -> Sent:
    """The state of the months after the send; `limited`: not all deliveries were to be sent."""
    resends = settings.delivery.in_doubt == "resend"
    counts = {month: outbox_figures.counts(db, month) for month in months}
    going = [month for month in months if not _recalled(db, month)]
    held = {m: n for m, n in outbox_figures.held(db, resends).items() if m in going}
    total = sum((Counter(counts[month]) for month in going), Counter[str]())
    open_ = outbox_figures.open_corrections(db)
    total += sum((Counter(open_.get(month, {})) for month in months), Counter[str]())
    waiting = openings(db, settings, now, going)
    queued = total["queued"] - sum(one.number for one in waiting)
    if report.relay_fault and report.needs_person:
        ending = Ending.PERSON_NEEDED
    elif report.relay_fault:
        ending = Ending.RELAY_UNAVAILABLE
    elif report.stopped and queued > 0:
        ending = Ending.STOPPED
    elif held:
        ending = Ending.HELD
    elif total["deferred"] or total["in_doubt"]:
        ending = Ending.DEFERRED
    elif total["sending"]:
        ending = Ending.ELSEWHERE
    elif queued > 0 and not limited:
        ending = Ending.LATER
    elif waiting:
        ending = Ending.WINDOWS
    else:
        ending = Ending.DONE
    due = outbox_figures.next_due(db, going, doubtful=resends)
    told = {month: corrections.of_month(db, month) for month in months}
    return Sent(
        dict(+report.outcomes), counts, held, report.relay_fault, due, ending, waiting, told
    )


def orders_of(
    settings: Settings, months: Sequence[Month], how: Sending, windows: SendWindows
) -> Orders:
    """The orders for the send, from the settings and the caller's overrides."""
    delivery = settings.delivery
    return Orders(
        months=months,
        connections=how.connections or delivery.connections,
        retry=delivery.retry,
        host=socket.gethostname(),
        holder=f"process {os.getpid()}",
        limit=how.limit,
        rate=delivery.rate if how.rate is None else how.rate,
        resend_in_doubt=delivery.in_doubt == "resend",
        window=(delivery.window_limit, delivery.window) if delivery.window_limit else None,
        warm_up=delivery.warm_up,
        zone=settings.zone,
        durable=settings.database.synchronous == "full",
        windows=windows,
        most_connections=0 if how.connections else delivery.most_connections,
        destinations=[
            Destination(one.domains, one.connections, one.rate, one.retry(delivery.retry))
            for one in settings.destinations
        ],
        relay=delivery.relay,
    )
