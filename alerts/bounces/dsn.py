"""Delivery status notifications (RFC 3464, RFC 6533): a group of fields for each recipient."""

import re
from collections.abc import Mapping, Sequence

from alerts.bounces.recipients import MOST, TYPE, about, address, blocks, reason
from alerts.bounces.report import BounceReport, Fields
from alerts.bounces.verdict import status_of, verdict

_WHO = ("final-recipient", "original-recipient", "x-actual-recipient", "x-failed-recipient")
_WORD = re.compile(r"[^\W\d_]{3,}")


def recipients(groups: Sequence[Fields], returned: Fields, said: str) -> tuple[BounceReport, ...]:
    """The reports of a DSN, one per recipient; `said` is its text for people, used where fields are
    vague."""
    told = [group for group in groups if "action" in group or "status" in group]
    told = [group for group in told if any(name in group for name in _WHO)] or told[-1:]
    named = blocks(said)
    return tuple(_recipient(group, returned, named, said) for group in told[:MOST])


def _recipient(
    group: Fields, returned: Fields, named: Mapping[str, str], said: str
) -> BounceReport:
    who = next(filter(None, (address(group.get(name, "")) for name in _WHO)), "")
    who = who or address(returned.get("to", ""))
    diagnostic = TYPE.sub("", group.get("diagnostic-code", ""))
    words = diagnostic
    if len(_WORD.findall(diagnostic)) < 2:  # a status code, or empty
        words = "\n".join((diagnostic, group.get("status", ""), about(who, named, said)[:1500]))
    status = status_of(group.get("status", ""), words)
    action = group.get("action", "").lower().partition(" ")[0].strip(".,;")
    kind, meaning = verdict(action, status, words)
    return BounceReport(
        kind,
        who,
        status,
        " ".join((diagnostic if words is diagnostic else reason(words)).split()),
        action != "delayed",
        returned,
        meaning,
    )
