"""What queueing returns; imports nothing that renders or checks an issue, for whoever only tells of it."""

from dataclasses import dataclass

from alerts.domain.month import Month


@dataclass(frozen=True, slots=True)
class Queued:
    """The result of queueing; `already` if it was queued before; an `empty` issue queues nothing.

    `held` are deliveries that another copy of the database may have sent. `deliveries` of a later version
    are those that are owed it. `where` is the question about the readers it is for, empty for everybody.
    """

    month: Month
    articles: int
    deliveries: int
    already: bool = False
    held: int = 0
    version: int = 1
    where: str = ""
    empty: bool = False
