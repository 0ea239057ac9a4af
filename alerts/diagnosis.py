"""What a relay's words mean to a person: which failures are the same one, and what to do about each.

Pure. Relays put addresses, queue ids and host names into their replies, so equal causes read differently;
`gist` leaves out what differs. `remedy` goes by our reason and the enhanced status code (RFC 3463).
"""

import re

from alerts.model import Reason

_DIFFERS = (  # what is said of one message and not of the cause, and what stands for it
    (re.compile(r"<?[^\s<>()]+@[^\s<>()]+>?"), "<address>"),
    (re.compile(r"https?://\S+"), "<link>"),
    (re.compile(r"\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?"), "<ip>"),
    (re.compile(r"\[?(?:IPv6:)?\b(?:[0-9a-fA-F]{1,4}:){2,}[0-9a-fA-F:]*\]?"), "<ip>"),
    (re.compile(r"(?<![\w.-])(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[\w.-]{6,}"), "…"),
    (re.compile(r"\d{5,}"), "…"),
    (re.compile(r"…(?:\W{0,3}…)+"), "…"),
)
_STATUS = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")

_BY_REASON = {
    Reason.EXPIRED: "It was tried until delivery.give_up_after; `alerts delivery retry` tries anew.",
    Reason.UNADDRESSABLE: "The relay must offer SMTPUTF8 for this address; use one that does.",
    Reason.TOO_LARGE: "The message is larger than the relay takes: raise its limit or cut the issue.",
}
_BY_SUBJECT = {  # the second number of an enhanced status code
    "1": "The address seems wrong or gone: correct it with `alerts subscriber edit --email`, or let it be.",
    "2": "The mailbox is full or closed: `alerts delivery retry` in some days, or let it be.",
    "3": "The recipient's system cannot take this mail; `alerts delivery retry` later.",
    "4": "Their mail server cannot be reached; `alerts delivery retry` later.",
    "5": "The relay did not understand us: look at its log.",
    "6": "The recipient's system cannot show this mail.",
    "7": "Their server refuses mail from this relay: check SPF, DKIM and DMARC, and the relay's standing.",
}
_UNKNOWN = "Look at the relay's words; `alerts delivery retry` tries again once the cause is gone."


def gist(reply: str) -> str:
    """The reply without what differs from message to message: the same text for the same cause."""
    for pattern, stand_in in _DIFFERS:
        reply = pattern.sub(stand_in, reply)
    return " ".join(reply.split())


def remedy(reason: str, reply: str) -> str:
    """What an admin can do about a failure, in a sentence."""
    if known := _BY_REASON.get(Reason(reason)):
        return known
    status = _STATUS.search(reply)
    return _BY_SUBJECT.get(status[1], _UNKNOWN) if status else _UNKNOWN
