"""Transports: adapters that hand messages over. One URL, `delivery.relay`, chooses.

    maildir:FOLDER   files in a Maildir below the project (the default: nothing leaves the machine)
    smtp://…         a relay, with STARTTLS unless it is on this machine
    smtps://…        a relay, with TLS from the first octet
    null:            nowhere; for rehearsals and measurements

A transport opens connections; a connection sends one message after another and answers each with an
`Outcome`. What concerns the relay and not a recipient is raised as `RelayUnavailable`. None of them
knows the database, or who runs it.
"""

from pathlib import Path

from alerts.errors import SettingsError
from alerts.model import DeliveryState, Envelope, Outcome, Reply
from alerts.settings import Settings
from alerts.transport import maildir, smtp
from alerts.transport.connection import Conversation, Goodbye, Transport

__all__ = ["Null", "Transport", "transport"]


def transport(settings: Settings, password: str | None) -> Transport:
    """The transport that `delivery.relay` names; raises `SettingsError`."""
    relay = settings.delivery.relay
    scheme, _, rest = relay.partition(":")
    if scheme == "null" and not rest:
        return Null
    if scheme == "maildir" and rest:
        folder = settings.root / Path(rest).expanduser()
        return lambda: maildir.Maildir(folder)
    if scheme in ("smtp", "smtps"):
        where = smtp.Relay.parse(relay, settings.delivery.timeout.total_seconds())
        return lambda: smtp.connect(where, password)
    raise SettingsError(
        f"delivery.relay: “{relay}” is not maildir:FOLDER, smtp://HOST:PORT, smtps://HOST or null:"
    )


class Null:
    """Takes everything and keeps nothing."""

    usable = True

    def fileno(self) -> int:
        """There is none, and nothing is waited for."""
        return -1

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """Always sent, at once."""
        yield from ()
        return Outcome(DeliveryState.SENT, Reply(250, "not sent: the relay is null:"))

    def close(self) -> Goodbye:
        """Nothing is open."""
        yield from ()

    def cut(self) -> None:
        """Nothing is open."""
