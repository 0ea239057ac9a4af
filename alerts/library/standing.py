"""How a month stands, as `check` finds it: what was owed, sent and is missing, and what it takes to go on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from alerts.domain.month import Month
from alerts.outbox.clock_gate import Doubt


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
    DOUBTED = "doubted"  # a special alert that goes to nobody, or to surprisingly many
    OVERDUE = "overdue"
    SENDING = "sending"  # queued, and not sent to all yet
    HELD = "held"  # copies in doubt want a decision
    LEFT_OPEN = "left open"  # queued too long ago to go on without being named
    WINDOW = "waiting for a window"  # queued for those whose send window is closed, and sent to all others
    DROPPED = "dropped"  # a person has decided that it is not sent
    RECALLED = "recalled"  # stopped by a person, who has not sent its next version yet


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
    """How things stand at that moment; `doubt`: why the clock may be wrong; `holidays`: why the holidays are
    not known, so that moments are told without them, and nothing is sent."""

    now: datetime
    months: Sequence[MonthStanding]
    doubt: Doubt | None
    holidays: str = ""

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
