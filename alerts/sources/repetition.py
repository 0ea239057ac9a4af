"""Removes recurrence rules of a calendar (RFC 5545 §3.3.10) that would take too long (rule X4).

A calendar can contain an event every second, or one on each 30th of February, for which a parser would
search eight thousand years. Guarantees that the remaining rules are evaluated within seconds.
"""

from calendar import monthrange
from datetime import date, datetime
from typing import Any

_MOST_STEPS = 200_000  # steps of all rules, from their first day to the end of the period
_HEAVY = 50_000  # the steps of a rule that may never match
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}


def limit(calendar: Any, until: datetime) -> int:
    """Remove the rules that cannot be evaluated up to `until`; returns how many.

    Every event of the calendar must have a start.
    """
    steps = lost = 0
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE")
        rules = rules if isinstance(rules, list) else [rules] if rules else []
        try:
            cost = sum(_steps(rule, event["DTSTART"].dt, until) for rule in rules)
        except (ValueError, AttributeError, TypeError):  # a malformed rule
            cost = _MOST_STEPS + 1
        if steps + cost > _MOST_STEPS:
            event.pop("RRULE")
            lost += 1
        else:
            steps += cost
    return lost


def _steps(rule: Any, start: date, until: datetime) -> int:
    """The number of steps to evaluate a rule; more than allowed for a rule that can never match."""
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    within = sum(len(rule.get(part) or ()) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if frequency not in _DAYS or within > 4 or not _possible(rule):
        return _MOST_STEPS + 1
    span = max(until.date().toordinal() - start.toordinal(), 0)
    rare = [part for part in ("BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYEASTER") if rule.get(part)]
    combined = rare and len([part for part in rule if str(part).upper().startswith("BY")]) > 1
    return span // _DAYS[frequency] + (_HEAVY if combined else 0)


def _possible(rule: Any) -> bool:
    """False for a date that never exists, such as the 30th of February."""
    months = [int(month) for month in rule.get("BYMONTH") or range(1, 13)]
    days = [abs(int(day)) for day in rule.get("BYMONTHDAY") or (1,)]
    longest = max((monthrange(2024, month)[1] for month in months if 1 <= month <= 12), default=0)
    return min(days) <= longest
