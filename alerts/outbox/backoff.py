"""Computes when a deferred delivery is tried again, or given up.

The wait grows by a factor of two from `first` up to `longest`, shortened at random by up to a quarter,
until the sum reaches `give_up_after` (RFC 5321 §4.5.4.1). Pure: time and randomness are arguments.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.domain.delivery import DeliveryState, Outcome, Owed, Reason, RetryPolicy
from alerts.store.claims import Settlement

_MOST_ATTEMPTS = 100  # an upper limit for all settings


def next_attempt(
    policy: RetryPolicy, attempts: int, now: datetime, chance: float
) -> datetime | None:
    """The time of the next attempt after `attempts` (at least 1), or None to give up.

    A delivery is given up once its waits add up to `give_up_after`. This is counted by attempts and not
    by the clock, so neither an outage of the relay nor an admin's retry shortens the remaining time.
    `chance` is a random number in [0, 1), which spreads the attempts of deliveries that were deferred
    together.
    """
    waits: list[timedelta] = [
        min(policy.first * 2 ** min(n, 20), policy.longest) for n in range(attempts)
    ]
    if sum(waits[:-1], timedelta()) >= policy.give_up_after or attempts >= _MOST_ATTEMPTS:
        return None
    return now + waits[-1] * (1 - chance / 4)


def settlement(
    lease: int, owed: Owed, outcome: Outcome, policy: RetryPolicy, now: datetime, chance: float
) -> Settlement:
    """What is written of an outcome: with the next attempt, or as failed after the last one."""
    if not outcome.tried:  # queued as before
        if not owed.attempts:
            outcome = replace(outcome, state=DeliveryState.QUEUED, reason=Reason.NONE)
        return Settlement(owed.id, lease, outcome, owed.attempts, now, now)
    attempts = owed.attempts + 1
    if outcome.state not in (DeliveryState.DEFERRED, DeliveryState.IN_DOUBT):
        return Settlement(owed.id, lease, outcome, attempts, now, now)
    due = next_attempt(policy, attempts, now, chance)
    if due is None and outcome.state is DeliveryState.DEFERRED:
        outcome = Outcome(DeliveryState.FAILED, outcome.reply, Reason.EXPIRED)
    return Settlement(owed.id, lease, outcome, attempts, due or now, now)
