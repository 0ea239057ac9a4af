"""The books of an issue: recipients = sent + failed + skipped + what is still open, and why.

Reads only, and may be called while another process sends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.diagnosis import gist, remedy
from alerts.model import DeliveryState, Month
from alerts.settings import BouncesSettings
from alerts.store import deliveries, outbox, returned
from alerts.store.deliveries import Words
from alerts.store.progress import Progress, progress
from alerts.store.returned import Figures

_WORST = (
    DeliveryState.FAILED,
    DeliveryState.IN_DOUBT,
    DeliveryState.DEFERRED,
    DeliveryState.SKIPPED,
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Deliveries of one state that have one cause: what the relay said, and whose copy is an example."""

    state: str
    reason: str
    gist: str
    number: int
    email: str
    reply: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Books:
    """How the deliveries of a month stand.

    `missed` failed for good; `held` are in doubt and wait for an admin's decision; `rate` is in
    deliveries a second, `left` in seconds, both of the send that is running, if one is; `returned` is
    what came back of those sent.
    """

    counts: Mapping[str, int]
    missed: int
    held: int
    causes: tuple[Cause, ...]
    next_due: str
    holders: tuple[tuple[str, str], ...]
    rate: float
    left: float | None
    returned: Figures

    @property
    def recipients(self) -> int:
        """All who were owed the issue."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Those whose fate is settled."""
        return sum(self.counts[state] for state in ("sent", "failed", "skipped"))

    @property
    def reasons(self) -> dict[str, dict[str, int]]:
        """How many of each state have which reason: {"failed": {"rejected": 2}}."""
        found: dict[str, dict[str, int]] = {}
        for cause in self.causes:
            numbers = found.setdefault(cause.state, {})
            numbers[cause.reason] = numbers.get(cause.reason, 0) + cause.number
        return found


def books(db: Database, month: Month, now: datetime, *, resends: bool) -> Books:
    """The books of that month; `resends` is whether deliveries in doubt are sent again unasked."""
    counts = outbox.counts(db, month)
    running: Progress = progress(db, month, now)
    to_do = counts[DeliveryState.QUEUED] + counts[DeliveryState.SENDING]
    return Books(
        counts,
        counts[DeliveryState.FAILED],
        outbox.held(db, resends).get(month, 0),
        tuple(_causes(db, deliveries.words(db, month))),
        outbox.next_due(db, [month]),
        running.holders,
        running.rate,
        to_do / running.rate if running.rate else None,
        returned.figures(db, month),
    )


def unwelcome(figures: Figures, bounces: BouncesSettings) -> str:
    """Why the rest of an issue should not be sent unasked (S17); empty where nothing speaks against it."""
    if figures.sent < bounces.enough:
        return ""
    for share, most, setting, what in (
        (figures.hard_share, bounces.most_hard, "most_hard", "came back for good"),
        (
            figures.complaint_share,
            bounces.most_complaints,
            "most_complaints",
            "were complained about",
        ),
    ):
        if most and share > most:
            return (
                f"{share:.1%} of {figures.sent:,} copies {what}, more than bounces.{setting} = {most:.1%}:"
                " find out whose addresses they are (`alerts status`, `alerts suppression list`), and"
                " raise the setting to send the rest"
            )
    return ""


def _causes(db: Database, said: Iterable[Words]) -> Iterable[Cause]:
    """Replies that mean the same put together: the worst state first, in it those of the most."""
    found: dict[tuple[str, str, str], list[Words]] = {}
    for words in said:
        found.setdefault((words.state, words.reason, gist(words.reply)), []).append(words)
    numbered = [(sum(w.number for w in group), key, group[0]) for key, group in found.items()]
    numbered.sort(key=lambda n: (_WORST.index(DeliveryState(n[1][0])), -n[0]))
    for number, (state, reason, common), example in numbered:
        email = deliveries.owed(db, example.example).email
        advice = remedy(reason, example.reply) if state == DeliveryState.FAILED else ""
        yield Cause(state, reason, common, number, email, example.reply, advice)
