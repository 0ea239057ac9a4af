"""The calls of `Project` about what is owed, what comes next, and the clock."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alerts.library.opened import AMonth, ProjectPart, call

if TYPE_CHECKING:
    from alerts.library.clock import ClockReading
    from alerts.library.next_event import NextEvent, Upcoming
    from alerts.library.next_step import NextStep
    from alerts.library.standing import CheckedMonths
    from alerts.store.said import Statement


class OwedCalls(ProjectPart):
    """What is owed, and by which clock."""

    @call
    def check(self) -> "CheckedMonths":
        """What is owed and not sent, and what it takes; collects and sends nothing."""
        from alerts.library.check import check

        opened = self._opened
        return check(opened.db, opened.settings, opened.now)

    @call
    def next(self, *, checked: "CheckedMonths | None" = None) -> "NextEvent":
        """What happens next, and when; `checked` is the result of `check`, where it is at hand."""
        from alerts.library.next_event import next_event

        return next_event(self._opened.db, self._opened.settings, checked or self.check())

    @call
    def upcoming(self, *, checked: "CheckedMonths | None" = None) -> "Sequence[Upcoming]":
        """Every moment to come that is known, the next one of each kind, in order of time; `checked` as for
        `next`."""
        from alerts.library.next_event import upcoming

        return upcoming(self._opened.db, self._opened.settings, checked or self.check())

    @call
    def next_step(
        self,
        month: AMonth = None,
        *,
        email: str = "",
        error: str = "",
        checked: "CheckedMonths | None" = None,
    ) -> "NextStep":
        """The one command that helps most now: about that month, or (None) whatever needs a person first.

        `email` is a person asked about; `error` is what has to be corrected first; `checked` is the result of
        `check`, where it is at hand.
        """
        from alerts.library.situation import chosen_step

        chosen = None if month is None else self._opened.month(month)
        return chosen_step(self._opened, chosen, email, error, checked)

    @call
    def clock(self) -> "ClockReading":
        """The clock, and what the database and the sources say of the time."""
        from alerts.library.clock import reading

        return reading(self._opened.db, self._opened.now)

    @call
    def mend_clock(self) -> "ClockReading":
        """Take the clock for right: forget later moments that the database saw by a wrong one.

        What sources tell stands: where they contradict the clock, nothing is changed.
        """
        from alerts.library.clock import reading
        from alerts.outbox import clock_gate

        clock_gate.mend(self._opened.db, self._opened.now)
        return reading(self._opened.db, self._opened.now)

    @call
    def say(self, prefix: str, statements: "Sequence[Statement]") -> frozenset[str]:
        """Keep that this is all there is to say of the topics with that prefix; returns the topics that
        are news since the last call."""
        from alerts.store import said

        news = said.say(self._opened.db, prefix, statements, self._opened.now)
        self._opened.pass_over()
        return news
