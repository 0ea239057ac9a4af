"""What came of a post."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto


class PostOutcome(Enum):
    """`POSTED`: it is there. `LATER`: it is certainly not there, and may be tried again. `REFUSED`: it is
    not there, and would be refused again. `DOUBT`: nobody knows whether it is there."""

    POSTED = auto()
    LATER = auto()
    REFUSED = auto()
    DOUBT = auto()


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """What a network answered, in `words`; `url` is where the post is, `wait` how long it asked to wait.
    Nothing else is given to one that is `silent` until then."""

    outcome: PostOutcome
    words: str
    url: str = ""
    silent: bool = False
    wait: timedelta = timedelta()
