"""Decides on one recipient of a report: the table of `replies/`, and the action of RFC 3464.

Text and codes are judged as those of live replies are (`replies/judge.py`). A report of a server that
will try again is soft, and not about the recipient; a report of success is not a bounce.
"""

from dataclasses import replace

from alerts.bounces.report import Kind
from alerts.replies.judge import REPLY, STATUS, is_clear, judge, status_of
from alerts.replies.meaning import About, Meaning, Verdict

__all__ = ["REPLY", "STATUS", "is_clear", "kind_of", "status_of", "verdict"]

_SUCCESS = ("delivered", "relayed", "expanded", "deliverable")


def verdict(action: str, status: str, diagnostic: str) -> tuple[Kind, Meaning | None]:
    """The kind of bounce for one recipient, and the meaning of the reply; `action` is that of RFC 3464
    in lower case, or empty."""
    if action in _SUCCESS:
        return Kind.UNRECOGNISED, None
    meaning = judge(diagnostic, status)
    if action == "delayed" and meaning.verdict is Verdict.HARD:
        meaning = replace(meaning, about=About.RECEIVER_TEMPORARY, verdict=Verdict.SOFT, sure=False)
    return kind_of(meaning), meaning


def kind_of(meaning: Meaning) -> Kind:
    """Hard, soft or ours."""
    if meaning.verdict is Verdict.HARD:
        return Kind.HARD
    return Kind.OURS if meaning.ours else Kind.SOFT
