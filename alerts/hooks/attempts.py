"""What attempts at the servers of others need from outside: events for hooks, posts for channels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AttemptWorld:
    """The clock, chance (a number in [0, 1)), the environment of secrets and tokens, who is told of each
    attempt, and whether to stop."""

    now: Callable[[], datetime]
    chance: Callable[[], float]
    environ: Mapping[str, str]
    tell: Callable[[str], None] = lambda line: None
    stopped: Callable[[], bool] = lambda: False
