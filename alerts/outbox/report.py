"""The delivery report of an issue: recipients = sent + failed + skipped + open, and the causes.

Only reads, and may be called while another process sends.
"""

import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.config.delivery_declarations import BouncesSettings
from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.replies.gist import gist
from alerts.replies.judge import judge
from alerts.replies.remedies import remedy, remedy_for, remedy_of_ours
from alerts.store import bounces as returned
from alerts.store import deliveries, outbox_figures
from alerts.store.bounces import Figures
from alerts.store.deliveries import FailureCause
from alerts.store.progress import Progress, progress

WORRYING = 0.001  # the share of complaints at which large providers warn (S17)
_WORST = (
    DeliveryState.FAILED,
    DeliveryState.IN_DOUBT,
    DeliveryState.DEFERRED,
    DeliveryState.SKIPPED,
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Deliveries of one state with the same cause: the relay's reply, and one person as an example."""

    state: str
    reason: str
    gist: str
    number: int
    email: str
    reply: str
    remedy: str


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The states of a month's deliveries.

    `holders` are the processes that are sending, as (process, host). `missed` have failed permanently;
    `held` are in doubt and wait for an admin's decision; `rate` is in deliveries per second, `left` in
    seconds, both for the running send, if there is one; `returned` are the bounces and complaints of
    those sent.
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
        """The number of all deliveries of the issue."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """The number of settled deliveries."""
        return sum(self.counts[state] for state in ("sent", "failed", "skipped"))

    @property
    def reasons(self) -> dict[str, dict[str, int]]:
        """The number of deliveries by state and reason: {"failed": {"rejected": 2}}."""
        found: dict[str, dict[str, int]] = {}
        for cause in self.causes:
            numbers = found.setdefault(cause.state, {})
            numbers[cause.reason] = numbers.get(cause.reason, 0) + cause.number
        return found


def delivery_report(db: Database, month: Month, now: datetime, *, resends: bool) -> DeliveryReport:
    """The report of that month; `resends`: deliveries in doubt are sent again automatically."""
    counts = outbox_figures.counts(db, month)
    running: Progress = progress(db, month, now)
    to_do = counts[DeliveryState.QUEUED] + counts[DeliveryState.SENDING]
    return DeliveryReport(
        counts,
        counts[DeliveryState.FAILED],
        outbox_figures.held(db, resends).get(month, 0),
        tuple(_causes(db, deliveries.failure_causes(db, month))),
        outbox_figures.next_due(db, [month]),
        tuple(one for one in running.holders if alive(*one)),
        running.rate,
        to_do / running.rate if running.rate else None,
        returned.figures(db, month),
    )


def alive(holder: str, host: str) -> bool:
    """Whether the `process N` that holds a lease is running; always True for other machines."""
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(holder.rpartition(" ")[2]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:  # it belongs to another user, so it exists
        return True
    return True


def pause_reason(figures: Figures, bounces: BouncesSettings) -> str:
    """Why sending is paused: the bounce or complaint rate is above its limit (S17); else ""."""
    if figures.sent < bounces.enough:
        return ""
    for share, most, setting, what in (
        (figures.hard_share, bounces.most_hard, "most_hard", "bounced permanently"),
        (
            figures.complaint_share,
            bounces.most_complaints,
            "most_complaints",
            "were complained about",
        ),
    ):
        if most and share > most:
            return (
                f"{share:.1%} of {figures.sent:,} copies {what}, above bounces.{setting} = {most:.1%}:"
                " find out whose addresses they are (`alerts status`, `alerts suppression list`), and"
                " raise the setting to send the rest"
            )
    return ""


def our_fault(sent: int, blamed: int, said: str, bounces: BouncesSettings) -> str:
    """Why a send that repeatedly meets a fault of ours must stop, else ""; `said` is the newest reply."""
    share = blamed / sent if sent else 0.0
    if sent < bounces.enough or not bounces.most_ours or share <= bounces.most_ours:
        return ""
    return (
        f"{share:.1%} of {sent:,} copies came back for a fault of ours, more than bounces.most_ours ="
        f" {bounces.most_ours:.1%}; nobody is suppressed for it. The last: {said} "
        f"{remedy_for(said, judge(said))} Correct the fault, and raise the setting to send the rest"
    )


def faults_of_ours(db: Database, month: Month) -> str:
    """What came back for a fault of ours, with what to do about the newest, as sentences; or empty."""
    number, said = returned.faults_of_ours(db, month)
    if not number:
        return ""
    advice = remedy_of_ours(said) or remedy_for(said, judge(said))
    return f"{number:,} came back for a fault of ours, and count against nobody; the last: {said} {advice}"


def _causes(db: Database, said: Iterable[FailureCause]) -> Iterable[Cause]:
    """Replies with the same meaning, grouped; the worst state first, in it the most frequent."""
    found: dict[tuple[str, str, str], list[FailureCause]] = {}
    for words in said:
        found.setdefault((words.state, words.reason, gist(words.reply)), []).append(words)
    numbered = [(sum(w.number for w in group), key, group[0]) for key, group in found.items()]
    numbered.sort(key=lambda n: (_WORST.index(DeliveryState(n[1][0])), -n[0]))
    for number, (state, reason, common), example in numbered:
        email = deliveries.owed(db, example.example).email
        failed = state == DeliveryState.FAILED
        advice = remedy(reason, example.reply) if failed else remedy_of_ours(example.reply)
        yield Cause(state, reason, common, number, email, example.reply, advice)
