"""How long to wait after a failure, for what is tried again for days: hooks, and posts of channels.

As Standard Webhooks suggests: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours, each shortened at random by
up to a tenth. Pure.
"""

from datetime import timedelta

WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)


def next_wait(attempts: int, give_up_after: timedelta, chance: float) -> timedelta | None:
    """The wait after so many attempts (at least 1), with a number in [0, 1); None to give up."""
    waits = [WAITS[min(number, len(WAITS) - 1)] for number in range(attempts)]
    if sum(waits[:-1], timedelta()) >= give_up_after:
        return None
    return waits[-1] * (1 - chance / 10)
