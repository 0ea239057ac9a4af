"""What queueing returns; imports nothing that renders or checks an issue, for whoever only tells of it."""

from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import issues, outbox_figures


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


def already_queued(db: Database, stored: issues.StoredIssue) -> Queued:
    """An issue that is frozen, as queueing it again returns it."""
    deliveries = sum(outbox_figures.counts(db, stored.month).values())
    content = stored.content or {}
    shown = sum(len(section["articles"]) for section in content.get("sections", ()))
    return Queued(
        stored.month,
        shown,
        deliveries,
        already=True,
        version=stored.version,
        where=stored.recipients.where,
    )


def recalled_words(month: Month) -> str:
    """What is to be done about an issue that was recalled."""
    return f"{month}: was recalled, and waits for you: mend it, then `alerts issue reissue {month.option}`"
