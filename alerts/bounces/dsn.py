"""Delivery status notifications (RFC 3464, RFC 6533): a group of fields for each recipient."""

import re
from collections.abc import Mapping, Sequence

from alerts.bounces.names import MOST, TYPE, about, address, blocks, reason
from alerts.bounces.report import Fields, Report
from alerts.bounces.verdict import status_of, verdict

_WHO = ("final-recipient", "original-recipient", "x-actual-recipient", "x-failed-recipient")
_WORD = re.compile(r"[^\W\d_]{3,}")


def recipients(groups: Sequence[Fields], returned: Fields, said: str) -> tuple[Report, ...]:
    """What a report says of each recipient; `said` is its text for people, for where fields are vague."""
    told = [group for group in groups if "action" in group or "status" in group]
    told = [group for group in told if any(name in group for name in _WHO)] or told[-1:]
    named = blocks(said)
    return tuple(_recipient(group, returned, named, said) for group in told[:MOST])


def _recipient(group: Fields, returned: Fields, named: Mapping[str, str], said: str) -> Report:
    who = next(filter(None, (address(group.get(name, "")) for name in _WHO)), "")
    who = who or address(returned.get("to", ""))
    diagnostic = TYPE.sub("", group.get("diagnostic-code", ""))
    words = diagnostic
    if len(_WORD.findall(diagnostic)) < 2:  # a code, or nothing
        words = "\n".join((diagnostic, group.get("status", ""), about(who, named, said)[:1500]))
    status = status_of(group.get("status", ""), words)
    action = group.get("action", "").lower().partition(" ")[0].strip(".,;")
    return Report(
        verdict(action, status, words),
        who,
        status,
        " ".join((diagnostic if words is diagnostic else reason(words)).split()),
        action != "delayed",
        returned,
    )
