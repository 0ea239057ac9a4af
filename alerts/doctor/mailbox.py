"""Checks whether the mailbox of bounces exists and accepts our login."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.mailbox.imap import ImapMailbox


def read(context: CheckContext) -> Iterator[CheckOutput]:
    """Log in as `alerts bounce process` does, and mark nothing as seen; raises `AlertsError`."""
    settings = context.settings
    if not settings.bounces.mailbox:
        yield CheckOutput(
            CheckLevel.OK,
            "bounces.mailbox is empty: your mail server must call `alerts bounce process`",
        )
        return
    box = ImapMailbox.parse(
        settings.bounces.mailbox,
        settings.delivery.timeout.total_seconds(),
        oauth=bool(settings.bounces.token_command),
    )
    waiting = box.waiting(context.password("bounces") or "")
    yield CheckOutput(
        CheckLevel.OK, f"login to the mailbox of bounces works: {box.host}, {waiting} unread"
    )
