"""What happens next, and when: `alerts next` says the first of it, `alerts schedule next` all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError
from alerts.domain.month import Month
from alerts.library.standing import CheckedMonths, MonthStanding, Needs, Stand
from alerts.outbox.in_time import Demand, demands, shown
from alerts.outbox.send_windows import windows_told
from alerts.outbox.windows import openings
from alerts.schedule.owed import waits_until
from alerts.store import moment, notices, outbox_figures, windows
from alerts.text.plural import counted

_ACTS = {
    "collect": "the sources are read",
    "run": "what is due is queued and sent",
    "send": "what was deferred is tried again",
    "bounces": "the mailbox is read for returned mail",
    "retention": "old personal data is deleted",
}


@dataclass(frozen=True, slots=True)
class NextEvent:
    """What happens next by itself, and when; `at` is None where nothing is planned, and not later than
    now where the next call does it. `before`: the month that a person has to see to first."""

    month: Month
    what: str
    at: datetime | None
    before: MonthStanding | None = None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A moment to come; `at` is not later than now where the next call does it.

    `kind` is `issue` (due, sent or going on), `window` (one opens for which something waits),
    `wait_until`, `retry`, `notices`, or a line of [schedule].
    """

    at: datetime
    kind: str
    what: str
    month: Month | None = None


def next_event(db: Database, settings: Settings, check: CheckedMonths) -> NextEvent:
    """The earliest of what is open, due and planned."""
    person = next((one for one in check.months if one.needs is Needs.PERSON), None)
    ours = list(_of_months(db, settings, check))
    coming, at_last = following(settings, check)
    if at_last is not None:
        ours.append((coming, "is due", at_last))
    if ours:
        month, what, at = min(ours, key=lambda event: event[2])
        return NextEvent(month, what, at, person)
    return NextEvent(coming, "is due", None, person)


def upcoming(db: Database, settings: Settings, check: CheckedMonths) -> Sequence[Upcoming]:
    """The next moment of each kind, in order of time; of each month that is open, due or planned."""
    found = [
        *_of_issues(db, settings, check),
        *_of_windows(db, settings, check),
        *_of_acts(settings, check.now),
    ]
    if due := notices.next_due(db):
        at = max(moment(due), check.now)
        found.append(Upcoming(at, "notices", "mails to single people are sent"))
    return sorted(found, key=lambda one: (one.at, one.kind != "issue", one.kind))


def _of_issues(db: Database, settings: Settings, check: CheckedMonths) -> Iterator[Upcoming]:
    """The moments of months: those that are open, and the one that is due next."""
    events = list(_of_months(db, settings, check))
    coming, at = following(settings, check)
    if at is not None and coming not in {event[0] for event in events}:
        events.append((coming, "is due", at))
    sending = {one.month for one in check.months if one.stand is Stand.SENDING}
    waiting = {one.month for one in check.months if one.stand is Stand.WINDOW}
    for month, what, when in events:
        if month in waiting:
            continue  # each of its windows is listed
        kind = "retry" if month in sending and when > check.now else "issue"
        yield Upcoming(when, kind, f"the issue of {month} {what}", month)
    if at is not None and (until := waits_until(settings, at)) > at:
        what = f"the issue of {coming} goes at the latest, if a source could not be read"
        yield Upcoming(until, "wait_until", what, coming)


def _of_windows(db: Database, settings: Settings, check: CheckedMonths) -> Iterator[Upcoming]:
    """When the windows open for which something waits, and those of the issue that is due next."""
    if not settings.windows.on:
        return
    for one in check.months:
        if one.stand in (Stand.SENDING, Stand.WINDOW):
            for found in openings(db, settings, check.now, [one.month]):
                copies = counted(found.number, "copy")
                what = f"{copies} of {one.month} can go: {shown(found.at, found.zone)}"
                yield Upcoming(found.at, "window", what, one.month)
    for month, at in _to_come(settings, check):
        numbers: Counter[tuple[datetime, str]] = Counter()
        for need in _demands(db, settings, at):
            numbers[need.opens, need.zone] += need.number if need.opens > at else 0
        for (opens, zone), number in (+numbers).items():
            readers = counted(number, "reader")
            what = f"the issue of {month} can go to {readers}: {shown(opens, zone)}"
            yield Upcoming(opens, "window", what, month)


def _demands(db: Database, settings: Settings, at: datetime) -> Sequence[Demand]:
    """When the readers can be mailed from `at` on; nothing where no window ever opens, which doctor names."""
    of_readers, _ = windows_told(settings, at)
    try:
        return demands(of_readers, windows.readers(db), at)
    except SettingsError:
        return ()


def _to_come(settings: Settings, check: CheckedMonths) -> Iterator[tuple[Month, datetime]]:
    """The issues whose moment is to come, with it: that of the next month, and special alerts."""
    month, at = following(settings, check)
    if at is not None and month not in {
        m.month for m in check.months if m.stand is not Stand.EARLY
    }:
        yield month, at
    for one in check.months:
        if one.month.special and one.stand is Stand.EARLY and one.planned is not None:
            yield one.month, one.planned


def _of_acts(settings: Settings, now: datetime) -> Iterator[Upcoming]:
    """The next moment of each line of [schedule] that does something."""
    from alerts.schedule import cron  # imports APScheduler

    for act, what in _ACTS.items():
        if act == "bounces" and not settings.bounces.mailbox:
            continue
        if (at := cron.following(settings, act, now)) is not None:
            yield Upcoming(at, act, what)


def following(settings: Settings, check: CheckedMonths) -> tuple[Month, datetime | None]:
    """The month whose moment is to come, and when that is."""
    from alerts.schedule import cron  # imports APScheduler

    for one in check.months:
        if one.stand is Stand.EARLY and one.planned is not None and not one.month.special:
            return one.month, one.planned
    month, dropped = Month.of(check.now, settings.zone), {one.month for one in check.dropped}
    while month in dropped:
        month = month.plus(1)
    return month, cron.planned(settings, month)


def _of_months(
    db: Database, settings: Settings, check: CheckedMonths
) -> Iterator[tuple[Month, str, datetime]]:
    for one in check.months:
        if (event := _of(db, settings, one, check.now)) is not None:
            yield event


def _of(
    db: Database, settings: Settings, one: MonthStanding, now: datetime
) -> tuple[Month, str, datetime] | None:
    """What happens next with one month, if anything does by itself."""
    if one.needs is Needs.PERSON:
        return None
    if one.stand is Stand.SENDING:
        resends = settings.delivery.in_doubt == "resend"
        due = outbox_figures.next_due(db, [one.month], doubtful=resends)
        return one.month, "goes on", max(now, moment(due)) if due else now
    if one.stand is Stand.WINDOW:
        first = next(iter(openings(db, settings, now, [one.month])), None)
        return (one.month, "goes on", first.at) if first else None
    if one.stand is Stand.DUE:
        return one.month, "is sent", now
    if one.stand is Stand.WAITING and one.planned is not None:
        return one.month, "is sent, complete or not", waits_until(settings, one.planned)
    if one.stand is Stand.EARLY and one.planned is not None:
        return one.month, "is due", one.planned
    return None
