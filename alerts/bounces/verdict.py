"""Hard or soft: whether an answer says that the address is dead, or only that it was no this time.

Hard is what stops mail to a person for good, so it wants evidence: words or a code that say that the
mailbox or its domain does not exist, has moved, or takes no mail at all. Refusals for what the message
is or where it comes from (spam, policy, size), full and disabled mailboxes, and time-outs are soft, with
whatever code they come: 5.7.1 of a block list says nothing about the reader. Words count before codes,
since codes are so often wrong; where both are silent the answer is soft.
"""

import re

from alerts.bounces.phrases import FULL, GONE, NOT_THEM, REFUSED
from alerts.bounces.report import Kind

STATUS = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
REPLY = re.compile(r"(?<![\w.:/+-])([45]\d\d)(?=[ \t#-]|$)")

# RFC 3463 and its registry: bad mailbox, bad system, bad syntax, moved, null MX; no route. Of
# Microsoft's own, 5.1.351 is an unknown mailbox at the far end.
_DEAD = re.compile(r"5\.(?:1\.(?:1|2|3|6|10|12|351)|4\.4)")
_VAGUE = re.compile(r"[245]\.(?:0\.0|5\.0|1\.0|2\.0|3\.0|7\.0)")


def status_of(*said: str) -> str:
    """The enhanced status code: the first one that says something particular, or else the first."""
    codes = [code for text in said for code in STATUS.findall(text)]
    codes = [code for code in codes if not code.startswith("2")] or codes
    precise = [code for code in codes if not _VAGUE.fullmatch(code)]
    return next(iter(precise or codes), "")


def verdict(action: str, status: str, diagnostic: str) -> Kind:
    """The kind of one recipient's fate; `action` is that of RFC 3464 or empty, in lower case."""
    if action in ("delivered", "relayed", "expanded", "deliverable"):
        return Kind.UNRECOGNISED
    if action == "delayed":
        return Kind.SOFT
    words = _plain(diagnostic)
    if FULL.search(words) or NOT_THEM.search(words):
        return Kind.SOFT
    if GONE.search(words):
        return Kind.HARD
    if REFUSED.search(words):
        return Kind.SOFT
    return Kind.HARD if _DEAD.fullmatch(status) else Kind.SOFT


def is_clear(words: str) -> bool:
    """Whether words have a code, or say anything that a verdict can rest on."""
    said = _plain(words)
    return any(each.search(said) for each in (STATUS, REPLY, FULL, NOT_THEM, GONE, REFUSED))


def _plain(words: str) -> str:
    """In lower case, with single blanks and plain apostrophes: what the phrases are written for."""
    return " ".join(words.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
