"""Issues of an earlier system: imported into the archive, never mailed."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from alerts.domain.month import Month

KEY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-\d{2}(?:-\d{1,3})?")


@dataclass(frozen=True, slots=True)
class ImportedIssue:
    """An imported issue in one language. `key` is its day, and a number where the day has more than one;
    `html` its words as blocks of text, `text` the same for the search. Both are empty while it is
    withdrawn."""

    key: str
    language: str
    subject: str
    html: str = ""
    text: str = ""

    @property
    def day(self) -> date:
        """The day on which it was sent."""
        return date.fromisoformat(self.key[:10])

    @property
    def month(self) -> Month:
        """The month of that day."""
        return Month(self.day.year, self.day.month)


@dataclass(frozen=True, slots=True)
class ImportedWithdrawal:
    """An imported issue that the archive shows no more; `erased`: its words are gone."""

    key: str
    why: str
    by: str
    at: datetime
    erased: bool
