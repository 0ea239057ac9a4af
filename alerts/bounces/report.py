"""The values of this package: what kind of message came back, and its report on a recipient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.replies.meaning import About, Meaning

Fields = Mapping[str, str]
"""Header fields, by their names in lower case; the first of each name, unfolded."""


class Kind(StrEnum):
    """The kind of a returned message."""

    HARD = "hard"  # the address or its domain does not exist or accepts no mail
    SOFT = "soft"  # temporary: the mailbox is full or closed, the server is unreachable or busy
    OURS = "ours"  # a fault on our side or of the message; says nothing about the address
    COMPLAINT = "complaint"  # reported as unwanted (RFC 5965)
    AUTORESPONSE = "autoresponse"  # out of office and other automatic replies (RFC 3834)
    UNSUBSCRIBE = "unsubscribe"  # a mail that asks to unsubscribe
    UNRECOGNISED = "unrecognised"  # anything else, including reports of success


@dataclass(frozen=True, slots=True)
class BounceReport:
    """The report of a message on one recipient.

    `recipient` is the address as written there, `status` an enhanced status code (RFC 3463) such as
    5.1.1, `diagnostic` one line with the reply of the server that refused; each is empty where the
    message does not have it. `final` is False where the server will try again. `returned` are the
    header fields of our message, as far as they are quoted. None of this is trusted: anybody can write
    such a mail (rule X16).
    """

    kind: Kind
    recipient: str = ""
    status: str = ""
    diagnostic: str = ""
    final: bool = True
    returned: Fields = field(default_factory=dict)
    meaning: Meaning | None = None  # for a bounce: whose fault it is, and what to do

    @property
    def counts(self) -> bool:
        """True if it counts towards bounces.soft_limit."""
        return (
            self.kind is Kind.SOFT
            and self.meaning is not None
            and self.meaning.about is About.RECIPIENT
        )
