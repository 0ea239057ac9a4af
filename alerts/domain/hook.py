"""The events that other programs can be told of, by hooks."""

from enum import StrEnum


class HookKind(StrEnum):
    """What has happened, as hooks name it."""

    COLLECTED = "issue.collected"
    WAITING = "issue.waiting"
    APPROVED = "issue.approved"
    QUEUED = "issue.queued"
    SENT = "issue.sent"
    PAUSED = "issue.paused"
    JOINED = "subscriber.joined"
    LEFT = "subscriber.left"
    BOUNCED = "subscriber.bounced"
    COMPLAINED = "subscriber.complained"

    @property
    def short(self) -> str:
        """The name of its setting in [hooks]: `sent` of `issue.sent`."""
        return self.value.partition(".")[2]
