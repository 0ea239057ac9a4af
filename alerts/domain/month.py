"""The key of an issue: a calendar month, such as 2026-10, or a special alert that was begun in it."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from alerts.domain.errors import UsageError

THIS = "this"  # the month that goes on, in words
LONGEST_NAME = 50  # characters of the name of a special alert in its key
_KEY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-([a-z0-9]+(?:-[a-z0-9]+)*))?")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """The key of an issue: a calendar month, the period of its articles; or, where `special` is a name, that
    of a special alert that was begun in this month: `2026-10-call-to-action` (docs/adr/0037)."""

    year: int
    number: int
    special: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `YYYY-MM`, or the key of a special alert; raises `UsageError`."""
        match = _KEY.fullmatch(text.strip())
        if not match or match[1] == "0000" or len(match[3] or "") > LONGEST_NAME:
            raise UsageError(f"“{text}” is not a month: write YYYY-MM, for example 2026-10")
        return cls(int(match[1]), int(match[2]), match[3] or "")

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """The month in which `moment` falls in that time zone."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @classmethod
    def named(cls, text: str, now: datetime, zone: ZoneInfo) -> Self:
        """The month of a text: `YYYY-MM`, or `this` for the one that goes on; raises `UsageError`."""
        return cls.of(now, zone) if text.strip().lower() == THIS else cls.parse(text)

    @classmethod
    def last_ended(cls, now: datetime, zone: ZoneInfo) -> Self:
        """The last month that has ended in that time zone: the default of every command."""
        return cls.of(now, zone).plus(-1)

    @property
    def calendar(self) -> Self:
        """The calendar month: of a special alert, that in which it was begun."""
        return self.plus(0)

    @property
    def option(self) -> str:
        """How a command is told it: `--month 2026-10`, or `--issue` and the key of a special alert."""
        return f"--issue {self}" if self.special else f"--month {self}"

    def plus(self, months: int) -> Self:
        """The month that is `months` later, or earlier if negative; never a special alert."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return replace(self, year=year, number=index + 1, special="")

    def start(self, zone: ZoneInfo) -> datetime:
        """Its first moment in that time zone."""
        return datetime(self.year, self.number, 1, tzinfo=zone)

    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    def __str__(self) -> str:
        name = f"-{self.special}" if self.special else ""
        return f"{self.year:04d}-{self.number:02d}{name}"
