"""Rules of repetition of a calendar (RFC 5545 §3.3.10) that would eat time, taken away (mail-rules X4).

A calendar can ask for an event every second, or for one on each 30th of February, which is looked for
in eight thousand years. Promises that what is left can be followed within seconds.
"""

from calendar import monthrange
from datetime import date, datetime
from typing import Any

_MOST_STEPS = 200_000  # of all rules, from their first day to the last one asked for
_HEAVY = 50_000  # the steps of a rule that may never be met
_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}


def limit(calendar: Any, until: datetime) -> int:
    """Takes away the rules that cannot be followed until then; returns how many.

    Every event of the calendar has a start.
    """
    steps = lost = 0
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE")
        rules = rules if isinstance(rules, list) else [rules] if rules else []
        try:
            cost = sum(_steps(rule, event["DTSTART"].dt, until) for rule in rules)
        except (ValueError, AttributeError, TypeError):  # a rule that is none
            cost = _MOST_STEPS + 1
        if steps + cost > _MOST_STEPS:
            event.pop("RRULE")
            lost += 1
        else:
            steps += cost
    return lost


def _steps(rule: Any, start: date, until: datetime) -> int:
    """How many steps it takes to follow a rule; more than is allowed for one that makes no sense."""
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    within = sum(len(rule.get(part) or ()) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if frequency not in _DAYS or within > 4 or not _possible(rule):
        return _MOST_STEPS + 1
    span = max(until.date().toordinal() - start.toordinal(), 0)
    rare = [part for part in ("BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYEASTER") if rule.get(part)]
    combined = rare and len([part for part in rule if str(part).upper().startswith("BY")]) > 1
    return span // _DAYS[frequency] + (_HEAVY if combined else 0)


def _possible(rule: Any) -> bool:
    """False for the 30th of February and its kind."""
    months = [int(month) for month in rule.get("BYMONTH") or range(1, 13)]
    days = [abs(int(day)) for day in rule.get("BYMONTHDAY") or (1,)]
    longest = max((monthrange(2024, month)[1] for month in months if 1 <= month <= 12), default=0)
    return min(days) <= longest
