"""What a message that came back is, and what it tells: the values of this package."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fields = Mapping[str, str]
"""Header fields, by their names in lower case; the first of each name, unfolded."""


class Kind(StrEnum):
    """What somebody, or some machine, wants to tell us (design, section 6)."""

    HARD = "hard"  # the address, or its domain, is not there or takes no mail
    SOFT = "soft"  # not this time, or not this message: full, busy, refused for what or whose it is
    COMPLAINT = "complaint"  # reported as unwanted (RFC 5965)
    AUTORESPONSE = "autoresponse"  # out of office, and its kin (RFC 3834)
    UNSUBSCRIBE = "unsubscribe"  # a mail that asks to leave
    UNRECOGNISED = "unrecognised"  # anything else, a report of success too


@dataclass(frozen=True, slots=True)
class Report:
    """What a message says of one recipient.

    `recipient` is their address as it is written there, `status` an enhanced status code (RFC 3463)
    such as 5.1.1, `diagnostic` one line in the words of the server that refused; each is empty where
    the message does not say. `final` is False where the server goes on trying. `returned` are the
    header fields of our message, as far as it came back. None of it is to be trusted: anybody can
    write such a mail (rule X16).
    """

    kind: Kind
    recipient: str = ""
    status: str = ""
    diagnostic: str = ""
    final: bool = True
    returned: Fields = field(default_factory=dict)
