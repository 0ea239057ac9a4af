"""What came of telling an endpoint of an event."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """`taken`: it has taken the event. `words` say what it answered. `silent`: it did not answer, or has
    no time, so nothing else is given to it now; `gone`: it wants nothing any more (410). `wait`: how long
    it asked to wait at least."""

    taken: bool
    words: str
    silent: bool = False
    gone: bool = False
    wait: timedelta = timedelta()
