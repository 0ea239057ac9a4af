"""Maps replies of the relay to outcomes of a delivery.

By recipient and stage of the SMTP transaction (RFC 5321 §4.2.1, §4.5.4.1): 2xx is sent, 4xx is
deferred, 5xx is failed. A 421, a malformed reply, and every failure at MAIL concern the relay and not
the recipient; at MAIL they do not count as an attempt. If the connection breaks before the final dot,
the message was certainly not accepted; after it, it is in doubt. A refusal about us (`replies/`) does
not fail the recipient: a limit of our account or a failed login stops the send at once; a refusal of
our host, domain or content defers this recipient, and stops the send when it is repeated. Pure;
`outbox/backoff.py` decides when to try again.
"""

from enum import Enum

from alerts.domain.delivery import DeliveryState, Outcome, Reason, Reply
from alerts.domain.errors import LoginRefused, RelayUnavailable
from alerts.replies import judge as replies
from alerts.replies.meaning import About, Meaning, Step
from alerts.replies.remedies import remedy_for

UNADDRESSABLE = Outcome(
    DeliveryState.FAILED,
    Reply(0, "the address is not ASCII and the relay offers no SMTPUTF8"),
    Reason.UNADDRESSABLE,
)


class Stage(Enum):
    """The stage of the transaction that a reply belongs to."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "BODY"  # the reply to the final dot


def judge(stage: Stage, reply: Reply) -> Outcome | None:
    """The outcome of `reply` at `stage`; None means: continue with the next stage.

    Raises `RelayUnavailable` where the relay refuses us altogether (5xx to MAIL), and `LoginRefused`
    where a person must act.
    """
    category = reply.code // 100
    if stage is Stage.DATA and reply.code == 354:
        return None
    if category == 2 and stage is not Stage.DATA:
        return Outcome(DeliveryState.SENT, reply) if stage is Stage.BODY else None
    if stage is Stage.MAIL and category == 5:
        raise _refused(reply)
    about_us = _about_us(stage, reply) if category in (4, 5) and stage is not Stage.MAIL else None
    if about_us is not None:
        return about_us
    if category == 4:
        fault, tried = stage is Stage.MAIL or reply.code == 421, stage is not Stage.MAIL
        return Outcome(DeliveryState.DEFERRED, reply, Reason.TEMPORARY, fault, tried)
    if category == 5:
        large = reply.code == 552 and stage is not Stage.RCPT
        reason = Reason.TOO_LARGE if large else Reason.REJECTED
        return Outcome(DeliveryState.FAILED, reply, reason)
    return broken(f"unexpected reply to {stage.value}: {reply}", stage)


_STEPS = {Stage.MAIL: Step.MAIL, Stage.RCPT: Step.RCPT, Stage.DATA: Step.DATA, Stage.BODY: Step.DOT}
_HALTS = (About.OUR_ACCOUNT_LIMIT, About.OUR_AUTH)


def _about_us(stage: Stage, reply: Reply) -> Outcome | None:
    """The outcome of a reply that is certainly about us and not this recipient; None for others.

    A fault of this message alone, such as its size, stays a failure.
    """
    meaning = replies.judge(str(reply), step=_STEPS[stage])
    if not (meaning.sure and meaning.ours and meaning.pauses):
        return None
    if meaning.about in _HALTS:
        return Outcome(
            DeliveryState.DEFERRED, reply, Reason.TEMPORARY, True, False, about_us=True, halts=True
        )
    if reply.code // 100 == 4:
        return None  # deferred anyway, and possibly only for this recipient
    return Outcome(DeliveryState.DEFERRED, reply, Reason.TEMPORARY, about_us=True)


def _refused(reply: Reply) -> RelayUnavailable:
    """The exception for a 5xx to MAIL."""
    meaning: Meaning = replies.judge(str(reply), step=Step.MAIL)
    words = f"the relay refuses our mail: {reply}. {remedy_for(str(reply), meaning)}"
    login = meaning.about is About.OUR_AUTH and meaning.sure
    fault = LoginRefused(words) if login else RelayUnavailable(words.rstrip("."))
    fault.said = str(reply)
    return fault


def broken(words: str, stage: Stage) -> Outcome:
    """The outcome if the connection failed while waiting for the reply at `stage`.

    At BODY, after the final dot, it is in doubt; before, the message was certainly not accepted; at
    MAIL, it does not count as an attempt.
    """
    if stage is Stage.BODY:
        return Outcome(DeliveryState.IN_DOUBT, Reply(0, words), Reason.UNANSWERED, relay_fault=True)
    tried = stage is not Stage.MAIL
    return Outcome(DeliveryState.DEFERRED, Reply(0, words), Reason.DISCONNECTED, True, tried)
