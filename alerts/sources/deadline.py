"""A time limit for one source, `sources.timeout`, for fetching and parsing together."""

import time
from collections.abc import Callable


class Deadline:
    """The moment by which a source must have been read, in seconds of `clock` (monotonic); `setting`
    names what says so."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        setting: str = "sources.timeout",
    ) -> None:
        self.seconds, self.setting = seconds, setting
        self._clock, self._ends = clock, clock() + seconds

    def left(self) -> float:
        """The seconds that are left; negative once the deadline has passed."""
        return self._ends - self._clock()

    def extend(self, seconds: float) -> None:
        """Move the deadline by a wait that the source did not cause: for a free cell, or its
        Crawl-delay."""
        self._ends += seconds

    def part(self, seconds: float) -> "Deadline":
        """A deadline for one of several documents: after so many seconds, but not after this deadline."""
        part = Deadline(seconds, self._clock, self.setting)
        part._ends = min(part._ends, self._ends)
        return part
