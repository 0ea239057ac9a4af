"""The late-article rule: decides which month a newly found article joins.

Pure. The month is that of the article's date in the alert's time zone; an article without a date joins
the month that is being made. Where the issue of that month is already queued, sent or dropped, the article
joins the first later month that is open. If it was published more than `alert.late` before that later month
begins, it is left out until an editor includes it. This keeps old articles out when a source publishes
its whole archive at once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.domain.month import Month


@dataclass(frozen=True, slots=True)
class Filing:
    """The result of the rule: `own` is the month of the article's date, `month` the one that it joins."""

    own: Month
    month: Month
    left_out: bool = False

    @property
    def late(self) -> bool:
        """True where the issue of its own month is closed."""
        return self.month != self.own


def late_words(own: Month, state: str, month: Month, *, went: bool = False) -> str:
    """What is told of a late article: the month that it belongs to, the state of its issue, and the month
    that it joins; `went`: the issue of that one is closed too."""
    return f"belongs to {own}, which is {state}; it {'went' if went else 'goes'} into {month}"


def filed(
    published: datetime | None,
    collected_for: Month,
    zone: ZoneInfo,
    closed: Collection[Month],
    late: timedelta,
) -> Filing:
    """The month that an article joins; `closed` are the months whose issue is queued, sent or dropped.

    `published` is aware. Ages are counted in local time of `zone`, so a change to or from summer time
    does not change them.
    """
    own = Month.of(published, zone) if published else collected_for
    month = own
    while month in closed:
        month = month.plus(1)
    if published is None or month == own:
        return Filing(own, month)
    begins = datetime.combine(month.first_day(), time())
    age = begins - published.astimezone(zone).replace(tzinfo=None)
    return Filing(own, month, left_out=age > late)
