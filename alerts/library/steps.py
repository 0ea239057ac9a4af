"""The progress of `run` and `send`: one value for each step; see docs/library.md."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.domain.errors import AwaitingApproval, Incomplete, IssueRecalled
from alerts.domain.month import Month
from alerts.lint.group import FindingGroup
from alerts.outbox.queued import Queued
from alerts.preview.mails import DoubtsMailed, PreviewsMailed
from alerts.sources.collected import Collected


@dataclass(frozen=True, slots=True)
class NotCollected:
    """Previews of the month's issue were mailed to editors, so its sources were not read again."""

    month: Month


@dataclass(frozen=True, slots=True)
class Overdue:
    """The issue is too late to be sent without being named; `articles`: it is not empty."""

    month: Month
    max_late: timedelta
    articles: bool = True


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The issue is not queued yet: it waits for its editors, or was recalled; `fault` is the reason."""

    month: Month
    fault: AwaitingApproval | Incomplete | IssueRecalled


@dataclass(frozen=True, slots=True)
class Early:
    """The month has ended, and the moment of its issue is still to come; or that of a special alert is."""

    month: Month
    planned: datetime


@dataclass(frozen=True, slots=True)
class LateSpecial:
    """A special alert was queued well after the moment at which it was to go."""

    month: Month
    planned: datetime


@dataclass(frozen=True, slots=True)
class SkippedMonth:
    """A person dropped the issue of the month that ended last, so nothing is done; `words` say so."""

    month: Month
    words: str


@dataclass(frozen=True, slots=True)
class MonthEnds:
    """The month goes on in the alert's time zone, and ends in `left`: it is not the one that is sent."""

    month: Month
    left: timedelta


@dataclass(frozen=True, slots=True)
class Waiting:
    """The issue waits until then for sources that usually give articles and could not be read."""

    month: Month
    sources: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class WentWithout:
    """The issue has waited long enough, and goes without what those sources would have given."""

    month: Month
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LintedIssue:
    """Lint findings of an issue that will be sent by a real relay, grouped; hints left out."""

    month: Month
    found: tuple[FindingGroup, ...]


@dataclass(frozen=True, slots=True)
class NoticesSent:
    """Mails to single people, such as confirmations, were sent first. `not_made`: why a welcome was put
    off, if one was."""

    number: int
    not_made: str = ""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A month with open deliveries that was queued longer ago than `max_late`: only sent if named."""

    month: Month
    max_late: timedelta


@dataclass(frozen=True, slots=True)
class Paused:
    """The bounce or complaint rate of the month is above the limit; `words` describe it."""

    month: Month
    words: str


@dataclass(frozen=True, slots=True)
class TooSlow:
    """Not all will be sent before its send window closes; `words` say what it takes."""

    words: str


@dataclass(frozen=True, slots=True)
class HubSaid:
    """Something about the hub or its workers that a person should know; `words` say it."""

    words: str


@dataclass(frozen=True, slots=True)
class SendProgress:
    """`done` of the `due` deliveries are settled; where more comes due meanwhile, `due` grows."""

    done: int
    due: int


Step = (
    HubSaid
    | Collected
    | NotCollected
    | Overdue
    | Early
    | LateSpecial
    | SkippedMonth
    | MonthEnds
    | Waiting
    | WentWithout
    | PreviewsMailed
    | DoubtsMailed
    | HeldBack
    | Queued
    | LintedIssue
    | NoticesSent
    | LeftOpen
    | Paused
    | TooSlow
    | SendProgress
)
Progress = Callable[[Step], None]
"""Called in the working thread, between two steps; an exception that it raises ends the work."""


def unwatched(step: Step) -> None:
    """Ignore progress."""
