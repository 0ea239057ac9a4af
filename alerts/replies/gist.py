"""The common part of replies with the same cause.

Relays put addresses, queue ids and host names into their replies, so replies with the same cause
differ. Pure.
"""

import re

_DIFFERS = (  # parts of a reply that belong to one message and not to the cause, and their replacements
    (re.compile(r"<?[^\s<>()]+@[^\s<>()]+>?"), "<address>"),
    (re.compile(r"https?://\S+"), "<link>"),
    (re.compile(r"\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?"), "<ip>"),
    (re.compile(r"\[?(?:IPv6:)?\b(?:[0-9a-fA-F]{1,4}:){2,}[0-9a-fA-F:]*\]?"), "<ip>"),
    (re.compile(r"(?<![\w.-])(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[\w.-]{6,}"), "…"),
    (re.compile(r"\d{5,}"), "…"),
    (re.compile(r"…(?:\W{0,3}…)+"), "…"),
)


def gist(reply: str) -> str:
    """The reply without parts that differ per message: the same text for the same cause."""
    for pattern, stand_in in _DIFFERS:
        reply = pattern.sub(stand_in, reply)
    return " ".join(reply.split())
