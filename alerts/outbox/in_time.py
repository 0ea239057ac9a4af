"""Whether what is to be sent can go before its send windows close, at the rates that are set.

Needed is what the windows that close first allow: by each closing, everything whose window closes until
then must have gone. Where it cannot, that is said with what it takes; the rest goes at the next opening.
Rates count here, and not how fast the relay is: that shows while sending (`InTime`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from alerts.config.windows import SendWindows
from alerts.domain.send_window import ReaderGroup
from alerts.outbox.options import Orders, SendReport, World
from alerts.store import outbox_figures, windows
from alerts.text.plural import counted

_ENOUGH = timedelta(minutes=1)  # of sending, before its speed says anything


@dataclass(frozen=True, slots=True)
class Demand:
    """So many copies can go from `opens` to `closes`, to readers in that time zone."""

    opens: datetime
    closes: datetime
    zone: str
    number: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Of `number` copies whose windows close until `closes` in `zone`, only `fits` can go from `opens` on;
    `setting` limits them, and `takes` is what it takes."""

    opens: datetime
    closes: datetime
    zone: str
    number: int
    fits: int
    setting: str
    takes: str

    @property
    def words(self) -> str:
        """As a sentence without its full stop."""
        return (
            f"{counted(self.number, 'copy')} should go by {shown(self.closes, self.zone)}, and"
            f" {self.setting} lets {self.fits:,} go; the rest waits for the next opening: {self.takes}"
        )


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits of [delivery], and what counts for them already: `in_window` messages in the present
    period, `earlier` days of sending before today, and `today` messages."""

    orders: Orders
    in_window: int = 0
    earlier: int = 0
    today: int = 0

    @classmethod
    def of(cls, db: Database, orders: Orders, now: datetime) -> "Allowance":
        """What it is now."""
        in_window = earlier = today = 0
        if orders.window:
            in_window = _sum(outbox_figures.sent_since(db, now - orders.window[1]))
        if orders.warm_up:
            midnight = datetime.combine(now.astimezone(orders.zone).date(), time(), orders.zone)
            earlier = outbox_figures.days_of_sending(db, before=midnight)
            today = _sum(outbox_figures.sent_since(db, midnight))
        return cls(orders, in_window, earlier, today)

    @property
    def later(self) -> "Allowance":
        """The same at a later moment, by which what was sent until now counts no more."""
        return replace(self, in_window=0, today=0)

    def between(
        self, opens: datetime, closes: datetime, number: int
    ) -> Iterable[tuple[int, str, str]]:
        """For each limit: how many messages it lets go in that time, the setting, and what would let
        `number` go."""
        orders, seconds = self.orders, (closes - opens).total_seconds()
        if orders.rate:
            takes = f"it takes a rate of {_rate(number / seconds)}"
            yield math.floor(seconds * orders.rate) + 1, f"a rate of {_rate(orders.rate)}", takes
        if orders.window:
            most, length = orders.window
            periods = math.floor(seconds / length.total_seconds())
            fits = max(0, most - self.in_window) + most * periods
            takes = f"it takes {math.ceil(number / (periods + 1)):,} in that time"
            words = f"delivery.window_limit = {most:,} in {length.total_seconds() / 3600:g} h"
            yield fits, words, takes
        if orders.warm_up:
            days = (
                closes.astimezone(orders.zone).date() - opens.astimezone(orders.zone).date()
            ).days
            limits = orders.warm_up[self.earlier : self.earlier + days + 1]
            if len(limits) == days + 1:
                takes = "it takes longer windows, or fewer readers, while the address is new"
                yield max(0, sum(limits) - self.today), "delivery.warm_up", takes


def demands(
    of_readers: SendWindows, groups: Mapping[ReaderGroup, int], now: datetime
) -> Sequence[Demand]:
    """What so many copies to each group need from now on; none of groups without windows."""
    spans = ((group, of_readers.span(group, now), number) for group, number in groups.items())
    return [
        Demand(max(span.opens, now), span.closes, of_readers.zone(group), number)
        for group, span, number in spans
        if span
    ]


def due_now(db: Database, orders: Orders, now: datetime) -> Sequence[Demand]:
    """What is due of the issues that are sent, and may go now."""
    if not orders.windows.on:
        return ()
    due = windows.due_groups(db, now, orders.months, doubtful=orders.resend_in_doubt)
    return [one for one in demands(orders.windows, due, now) if one.opens == now]


def shortfalls(found: Sequence[Demand], allowance: Allowance) -> Sequence[Shortfall]:
    """The closings until which not all can have gone."""
    short = []
    for closes in sorted({one.closes for one in found}):
        until = [one for one in found if one.closes <= closes]
        opens, number = min(one.opens for one in until), sum(one.number for one in until)
        zone = max((one for one in until if one.closes == closes), key=lambda one: one.number).zone
        limits = sorted(allowance.between(opens, closes, number))
        if limits and limits[0][0] < number:
            short.append(Shortfall(opens, closes, zone, number, *limits[0]))
    return short


class InTime:
    """Watches a send: whether it is fast enough for the windows that are open."""

    def __init__(self, found: Sequence[Demand], world: World) -> None:
        self._found = sorted(found, key=lambda one: one.closes)
        self._world, self._began = world, world.now()

    def look(self, report: SendReport) -> str:
        """Why not all will go in time, as a sentence without its full stop; said once for a closing."""
        now, done = self._world.now(), report.outcomes.total()
        gone = now - self._began
        if gone < _ENOUGH or not done or not self._found:
            return ""
        number = 0
        for place, one in enumerate(self._found):
            number += one.number
            left, time_left = number - done, (one.closes - now).total_seconds()
            rate = done / gone.total_seconds()
            if time_left > 0 and left > rate * time_left:
                self._found = self._found[place + 1 :]
                return (
                    f"{counted(left, 'copy')} should still go by {shown(one.closes, one.zone)}; at"
                    f" {_rate(rate)}, as now, {math.floor(rate * time_left):,} will, and the rest waits for"
                    f" the next opening: it takes {_rate(left / time_left)}"
                )
        return ""


def shown(at: datetime, zone: str) -> str:
    """A moment by the clock of a place: Mon 2 Nov 18:00 in America/Bogota (23:00 UTC)."""
    local, utc = at.astimezone(ZoneInfo(zone)), at.astimezone(UTC)
    day = "" if local.date() == utc.date() else f"{utc:%a} {utc.day} {utc:%b} "
    return f"{local:%a} {local.day} {local:%b %H:%M} in {zone} ({day}{utc:%H:%M} UTC)"


def _sum(sent: Sequence[tuple[datetime, int]]) -> int:
    return sum(number for _, number in sent)


def _rate(messages: float) -> str:
    """A rate as `send --rate` reads it, rounded up: 5/s, 300/m or 5000/h."""
    for letter, seconds in (("s", 1), ("m", 60)):
        if messages * seconds >= 10:
            return f"{math.ceil(messages * seconds)}/{letter}"
    return f"{math.ceil(messages * 3600)}/h"
