"""What attempts at the servers of others get from this process."""

import random
import threading
from collections.abc import Callable

from alerts.hooks.attempts import AttemptWorld
from alerts.library.opened import Opened


def attempt_world(
    opened: Opened,
    tell: Callable[[str], None] = lambda line: None,
    stop: threading.Event | None = None,
) -> AttemptWorld:
    """`tell` gets a line for each attempt; none is begun once `stop` is set."""
    stopped = stop.is_set if stop else (lambda: False)
    return AttemptWorld(lambda: opened.now, random.random, opened.environ, tell, stopped)
