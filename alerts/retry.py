"""What a reply of the relay means, and when to try again: the one place where both are decided.

Per recipient and per stage of the SMTP transaction (RFC 5321 §4.2.1, §4.5.4.1): 2xx is sent, 4xx is
deferred, 5xx is failed. A 421, a reply that is none, and whatever goes wrong at MAIL concern the relay
and not the recipient, and at MAIL cost the recipient no attempt. What breaks before the final dot is
certain not to have been taken; what breaks after it is in doubt. Waits double from `first` up to
`longest`, each shortened by up to a quarter at random, until they come to `give_up_after`. Pure: the
moment and the chance are arguments.
"""

from datetime import datetime, timedelta
from enum import Enum

from alerts.errors import RelayUnavailable
from alerts.model import DeliveryState, Outcome, Reason, Reply, RetryPolicy

_MOST_ATTEMPTS = 100  # whatever the settings say

UNADDRESSABLE = Outcome(
    DeliveryState.FAILED,
    Reply(0, "the address is not ASCII and the relay offers no SMTPUTF8"),
    Reason.UNADDRESSABLE,
)


class Stage(Enum):
    """Where in the transaction a reply came."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "BODY"  # the reply to the final dot


def judge(stage: Stage, reply: Reply) -> Outcome | None:
    """What `reply` at `stage` means for the delivery; None means: go on to the next stage.

    Raises `RelayUnavailable` where the relay refuses us altogether (5xx to MAIL).
    """
    category = reply.code // 100
    if stage is Stage.DATA and reply.code == 354:
        return None
    if category == 2 and stage is not Stage.DATA:
        return Outcome(DeliveryState.SENT, reply) if stage is Stage.BODY else None
    if stage is Stage.MAIL and category == 5:
        raise RelayUnavailable(f"the relay refuses our mail: {reply}")
    if category == 4:
        fault, tried = stage is Stage.MAIL or reply.code == 421, stage is not Stage.MAIL
        return Outcome(DeliveryState.DEFERRED, reply, Reason.TEMPORARY, fault, tried)
    if category == 5:
        large = reply.code == 552 and stage is not Stage.RCPT
        reason = Reason.TOO_LARGE if large else Reason.REJECTED
        return Outcome(DeliveryState.FAILED, reply, reason)
    return broken(f"unexpected reply to {stage.value}: {reply}", stage)


def broken(words: str, stage: Stage) -> Outcome:
    """The connection failed while the reply of that stage was awaited, BODY being after the final dot.

    In doubt after it; before it, certain not to have been taken; at MAIL, nothing was tried.
    """
    if stage is Stage.BODY:
        return Outcome(DeliveryState.IN_DOUBT, Reply(0, words), Reason.UNANSWERED, relay_fault=True)
    tried = stage is not Stage.MAIL
    return Outcome(DeliveryState.DEFERRED, Reply(0, words), Reason.DISCONNECTED, True, tried)


def next_attempt(
    policy: RetryPolicy, attempts: int, now: datetime, chance: float
) -> datetime | None:
    """When to try again after that many attempts (≥ 1), or None to give up.

    Given up is once the waits so far come to `give_up_after`: counted by attempts and not by the
    clock, so a relay that was away for days, or an admin's retry, does not shorten the next ones'
    time. `chance` is a random number in [0, 1): it spreads the attempts of those deferred together.
    """
    waits: list[timedelta] = [
        min(policy.first * 2 ** min(n, 20), policy.longest) for n in range(attempts)
    ]
    if sum(waits[:-1], timedelta()) >= policy.give_up_after or attempts >= _MOST_ATTEMPTS:
        return None
    return now + waits[-1] * (1 - chance / 4)
