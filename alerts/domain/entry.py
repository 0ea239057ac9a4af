"""The entries of a file of people: one per line, with the status that each gives a person."""

from enum import StrEnum
from typing import NamedTuple

from alerts.domain.subscriber import IMPORTED, SubscriberStatus, SuppressionReason


class Standing(StrEnum):
    """A person's status by a file, from the best to the worst: of several, the worst counts."""

    ACTIVE = "active"
    PENDING = "pending"  # not confirmed, or the file does not say
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    COMPLAINED = "complained"
    DELETED = "deleted"  # only a hash of the address is kept

    @property
    def rank(self) -> int:
        """0 for the best; the higher, the worse."""
        return _RANKS[self]

    @property
    def refuses(self) -> bool:
        """Whether the person may not be mailed, whatever else a file says."""
        return self.rank > Standing.PENDING.rank

    @property
    def status(self) -> SubscriberStatus:
        """The status of a new subscriber with this standing. A bounce is not a request to unsubscribe:
        pending."""
        return _STATUSES.get(self, SubscriberStatus.UNSUBSCRIBED)

    @property
    def suppression(self) -> SuppressionReason | None:
        """The reason for suppressing the address; None where it is not suppressed."""
        return _SUPPRESSIONS.get(self)


_EMAIL, _STATUS = map(IMPORTED.index, ("email", "status"))
_RANKS = {standing: rank for rank, standing in enumerate(Standing)}
_STATUSES = {
    Standing.ACTIVE: SubscriberStatus.ACTIVE,
    Standing.PENDING: SubscriberStatus.PENDING,
    Standing.BOUNCED: SubscriberStatus.PENDING,
}
_SUPPRESSIONS = {
    Standing.BOUNCED: SuppressionReason.HARD_BOUNCE,
    Standing.BLOCKED: SuppressionReason.MANUAL,
    Standing.COMPLAINED: SuppressionReason.COMPLAINT,
    Standing.DELETED: SuppressionReason.ERASED,
}


def worst(*standings: Standing) -> Standing:
    """The worst of these; active if there are none."""
    return max(standings, key=_RANKS.__getitem__, default=Standing.ACTIVE)


class Entry(NamedTuple):
    """One accepted line. `fields` are those of `subscriber.IMPORTED`, in stored form; empty: the file
    does not say.

    `line` is unique in an import: it contains the number of the file, too, see `place`.
    """

    line: int
    key: str
    fields: tuple[str, ...]

    @property
    def email(self) -> str:
        """The address as written in the file."""
        return self.fields[_EMAIL]

    @property
    def status(self) -> str:
        """A `Standing`, or empty where the file does not say."""
        return self.fields[_STATUS]


class Rejection(NamedTuple):
    """One line that was not imported, and why; in a JSON array, `line` is the number of the entry."""

    line: int
    email: str
    reason: str


LINES = 1 << 40  # more lines than any file has


def place(line: int) -> tuple[int, int]:
    """The number of the file within the import, from 0, and the line in it, of an `Entry.line`."""
    return divmod(line, LINES)
