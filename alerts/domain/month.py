"""A calendar month, such as 2026-10: the period of an issue."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from alerts.domain.errors import UsageError

THIS = "this"  # the month that goes on, in words


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, the period of an issue."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `YYYY-MM`; raises `UsageError`."""
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
        if not match or match[1] == "0000":
            raise UsageError(f"“{text}” is not a month: write YYYY-MM, for example 2026-10")
        return cls(int(match[1]), int(match[2]))

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

    def plus(self, months: int) -> Self:
        """The month that is `months` later, or earlier if negative."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return replace(self, year=year, number=index + 1)

    def start(self, zone: ZoneInfo) -> datetime:
        """Its first moment in that time zone."""
        return datetime(self.year, self.number, 1, tzinfo=zone)

    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
