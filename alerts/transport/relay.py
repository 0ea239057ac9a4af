"""Transports: adapters that hand messages over. The URL `delivery.relay` selects one.

    maildir:FOLDER   files in a Maildir below the project (the default: nothing leaves the machine)
    smtp://…         a relay, with STARTTLS unless it is on this machine
    smtps://…        a relay, with TLS from the first octet
    null:            nowhere; for rehearsals and measurements
    SCHEME:…         an installed plug-in of that name

A plug-in is an entry point of the group `alerts.transports`, named like its scheme: a function of the
settings and the password that returns a `Transport`, or raises `SettingsError`.

A transport opens connections; a connection sends one message after another and returns an `Outcome` for
each. Faults of the relay, rather than of a recipient, are raised as `RelayUnavailable`. Transports do
not use the database.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.config.plug_ins import TRANSPORTS, plug_ins
from alerts.config.secret_files import fresh_password
from alerts.config.settings import Settings
from alerts.domain.delivery import DeliveryState, Envelope, Outcome, Reply
from alerts.domain.errors import PlugInFault, SettingsError
from alerts.domain.open_transaction import outside
from alerts.transport.allowance import ErrorAllowance
from alerts.transport.connection import Conversation, Goodbye, Transport
from alerts.transport.smtp_relay import Password, Relay

if TYPE_CHECKING:
    from alerts.transport.smtp_session import SmtpConnection

__all__ = ["SCHEMES", "Null", "Transport", "relay_of", "transport"]

SCHEMES = ("maildir", "smtp", "smtps", "null")  # built-in schemes, which a plug-in cannot replace


def relay_of(settings: Settings, environ: Mapping[str, str]) -> Transport:
    """The transport for the relay in the settings, with its password; raises `SettingsError`."""
    return transport(settings, fresh_password(settings, "delivery", environ))


def transport(settings: Settings, password: Password) -> Transport:
    """The transport that `delivery.relay` names; raises `SettingsError`."""
    relay = settings.delivery.relay
    scheme, _, rest = relay.partition(":")
    if scheme == "null" and not rest:
        return Null
    if scheme == "maildir" and rest:
        from alerts.transport.maildir import Maildir

        folder = settings.root / Path(rest).expanduser()
        return lambda: Maildir(folder)
    if scheme in ("smtp", "smtps"):
        where = Relay.parse(
            relay,
            settings.delivery.timeout.total_seconds(),
            oauth=bool(settings.delivery.token_command),
        )
        return _smtp(where, password)
    if plug_in := plug_ins(TRANSPORTS).get(scheme):
        try:
            opened: Transport = plug_in.load()(settings, password)
        except PlugInFault as fault:
            raise SettingsError(f"delivery.relay: {fault}") from fault
        return opened
    raise SettingsError(
        f"delivery.relay: “{relay}” is not maildir:FOLDER, smtp://HOST:PORT, smtps://HOST or null:"
    )


def _smtp(where: Relay, password: Password) -> Transport:
    """Connections to a relay, which share its allowance of errors."""
    allowance = ErrorAllowance()

    def connected() -> "SmtpConnection":
        from alerts.transport.smtp_connect import connect  # 20 ms, where nothing may be due

        return connect(where, password, allowance)

    return connected


class Null:
    """Accepts and discards every message."""

    usable = True

    def fileno(self) -> int:
        """Not used: nothing is waited for."""
        return -1

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """Returns SENT at once."""
        yield from ()
        outside("a message is handed over")
        return Outcome(DeliveryState.SENT, Reply(250, "not sent: the relay is null:"))

    def close(self) -> Goodbye:
        """Nothing is open."""
        yield from ()

    def cut(self) -> None:
        """Nothing is open."""
