"""The header fields of our messages in one table: which are required, signed, and allowed once.

A new header is a line here, and its value in `headers.py` (an issue) or `notice.py` (a notice). DKIM
and the linter use this table. The order is that of the signed fields in h=. A line inserted in between
would change the signatures of frozen issues, so new lines are added at the end.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """One field. `needed`: mail without it is malformed. `expected`: bulk mail should have it. `if_there`:
    it is in h= only where the message has it, so that signatures of older issues stay the same."""

    name: str
    needed: bool = False
    expected: bool = False
    signed: bool = False
    if_there: bool = False


HEADER_RULES = (
    HeaderRule("From", needed=True, signed=True),
    HeaderRule("To", needed=True, signed=True),
    HeaderRule("Subject", needed=True, signed=True),
    HeaderRule("Date", needed=True, signed=True),
    HeaderRule("Message-ID", needed=True, signed=True),
    HeaderRule("Reply-To", signed=True),
    HeaderRule("MIME-Version", needed=True, signed=True),
    HeaderRule("Content-Type", signed=True),
    HeaderRule("List-Id", signed=True),
    HeaderRule("List-Unsubscribe", signed=True),
    HeaderRule("List-Unsubscribe-Post", signed=True),
    HeaderRule("Feedback-ID", expected=True, signed=True),
    HeaderRule("List-Archive", expected=True),
    HeaderRule("List-Help", expected=True),
    HeaderRule("Auto-Submitted", expected=True),
    HeaderRule("Content-Language", expected=True),
    HeaderRule("CFBL-Address", signed=True, if_there=True),  # RFC 9477 §3.1 wants it signed
)
NEEDED = tuple(rule.name for rule in HEADER_RULES if rule.needed)
EXPECTED = tuple(rule.name for rule in HEADER_RULES if rule.expected)
SIGNED = tuple(rule.name for rule in HEADER_RULES if rule.signed)  # RFC 6376 §5.4.1
SIGNED_IF_THERE = frozenset(rule.name for rule in HEADER_RULES if rule.if_there)
# RFC 5322 §3.6, RFC 2369 §3, RFC 2919 §3: fields that no message may have twice.
ONCE = (
    *(rule.name for rule in HEADER_RULES),
    *("Sender", "Cc", "Bcc", "In-Reply-To", "References", "Content-Transfer-Encoding"),
    *("List-Owner", "List-Post", "List-Subscribe", "Precedence"),
)
