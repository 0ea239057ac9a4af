"""Can everybody be mailed within the send windows that are set?"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from alerts.config.window_values import known_zone
from alerts.config.windows import SendWindows
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.errors import SettingsError
from alerts.domain.send_window import ReaderGroup
from alerts.library.outbox_send import orders_of
from alerts.library.sending import Sending
from alerts.outbox.in_time import Allowance, Demand, shortfalls, shown
from alerts.outbox.send_windows import windows_told
from alerts.store import faults, windows
from alerts.text.plural import counted, listed


def kept(context: CheckContext) -> Iterator[CheckOutput]:
    """Report windows that stay closed for longer than alert.max_late, and those in which not all readers can
    be mailed at the rates that are set."""
    settings, now = context.settings, context.now
    if not settings.windows.on:
        yield CheckOutput(CheckLevel.OK, "no send windows are set: readers are mailed at any hour")
        return
    of_readers, fault = windows_told(settings, now)
    if fault:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"the holidays are not known, so nothing is sent: {fault}",
            "mend the file, or change windows.holidays",
        )
    db = context.open_database()
    with faults(settings.database_path):
        groups = windows.readers(db)
        orders = orders_of(settings, (), Sending(), of_readers)
        allowance = Allowance.of(db, orders, now).later
    try:
        found = [
            *_unknown(groups),
            *_too_long(of_readers, groups, context),
            *_too_slow(of_readers, groups, allowance, now),
        ]
    except SettingsError as never:
        remedy = "change windows.days or windows.holidays"
        found = [CheckOutput(CheckLevel.ERROR, str(never), remedy)]
    yield from found
    if not (found or fault):
        places = {of_readers.zone(group) for group in groups}
        told = counted(len(places), "time zone")
        yield CheckOutput(
            CheckLevel.OK, f"all readers can be mailed within their windows, in {told}"
        )


def _unknown(groups: Mapping[ReaderGroup, int]) -> Iterator[CheckOutput]:
    """Readers whose own time zone is none that this machine knows; that of their language holds for them."""
    wrong = {group: number for group, number in groups.items() if group.zone}
    wrong = {group: number for group, number in wrong.items() if not known_zone(group.zone)}
    if wrong:
        names = listed(sorted({group.zone for group in wrong}))
        readers = counted(sum(wrong.values()), "reader")
        yield CheckOutput(
            CheckLevel.WARNING,
            f"{readers} in a time zone that is not known: {names}; that of their language holds",
            "`alerts subscriber edit EMAIL --timezone America/Bogota`, or install the package tzdata",
        )


def _too_long(
    of_readers: SendWindows, groups: Mapping[ReaderGroup, int], context: CheckContext
) -> Iterator[CheckOutput]:
    """The longest time that a window stays closed, by place, where an issue would be left open meanwhile."""
    most = context.settings.alert.max_late
    for zone, group in {of_readers.zone(group): group for group in groups}.items():
        closed = of_readers.longest_closed(group, context.now)
        if closed is not None and closed[1] - closed[0] > most:
            yield CheckOutput(
                CheckLevel.ERROR,
                f"the send window is closed from {shown(closed[0], zone)} to {shown(closed[1], zone)}, longer"
                f" than alert.max_late ({counted(most.days, 'day')}): what is queued then waits for a person",
                "make alert.max_late longer, or change windows.days or windows.holidays",
            )


def _too_slow(
    of_readers: SendWindows, groups: Mapping[ReaderGroup, int], allowance: Allowance, now: datetime
) -> Iterator[CheckOutput]:
    """Where the readers are too many for one window."""
    spans = ((group, of_readers.span(group, now)) for group in groups)
    whole = [
        Demand(span.opens, span.closes, of_readers.zone(group), groups[group])
        for group, span in spans
        if span
    ]
    for short in shortfalls(whole, allowance):
        remedy = "raise the limit, widen windows.open, or let the rest wait for the next day"
        yield CheckOutput(CheckLevel.WARNING, short.words, remedy)
