"""Reads the holidays of an iCalendar file, which is parsed in a cell."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from alerts.domain.errors import InputError
from alerts.sources.cell.checks import items, line
from alerts.sources.cell.job import Job, Task
from alerts.sources.cell.pool import Cells
from alerts.sources.deadline import Deadline

_SECONDS = 20.0
_MOST = 10_000


def holidays(body: bytes, place: str, now: datetime) -> frozenset[str]:
    """The days of its all-day events, as ISO 8601; raises `InputError`. The same file is read once a day."""
    return _read(body, place, now.replace(hour=0, minute=0, second=0, microsecond=0))


@lru_cache(maxsize=8)
def _read(body: bytes, place: str, day: datetime) -> frozenset[str]:
    with Cells(1) as cells:
        job = Job(Task.HOLIDAYS, place, since=day.isoformat())
        return cells.ask(job, body, _days, Deadline(_SECONDS))


def _days(value: Any) -> frozenset[str]:
    try:
        return frozenset(date.fromisoformat(line(one)).isoformat() for one in items(value, _MOST))
    except ValueError:
        raise InputError("a cell answered what is no day") from None
