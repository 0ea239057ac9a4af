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

from alerts.config.plug_ins import TRANSPORTS, plug_ins
from alerts.config.secret_files import fresh_password
from alerts.config.server_url import is_loopback, taken_apart
from alerts.config.settings import Settings
from alerts.domain.delivery import DeliveryState, Envelope, Outcome, Reply
from alerts.domain.errors import PlugInFault, SettingsError
from alerts.domain.open_transaction import outside
from alerts.transport import maildir, smtp_connect
from alerts.transport.allowance import ErrorAllowance
from alerts.transport.connection import Conversation, Goodbye, Transport

__all__ = ["SCHEMES", "Null", "Transport", "leaves_the_machine", "relay_of", "transport"]

SCHEMES = ("maildir", "smtp", "smtps", "null")  # built-in schemes, which a plug-in cannot replace


def relay_of(settings: Settings, environ: Mapping[str, str]) -> Transport:
    """The transport for the relay in the settings, with its password; raises `SettingsError`."""
    return transport(settings, fresh_password(settings, "delivery", environ))


def leaves_the_machine(settings: Settings) -> bool:
    """Whether the relay is not a folder, `null:`, or a server on this machine."""
    relay = settings.delivery.relay
    if relay.startswith(("maildir:", "null:")):
        return False
    return not is_loopback(taken_apart(relay, "delivery.relay").hostname or "")


def transport(settings: Settings, password: smtp_connect.Password) -> Transport:
    """The transport that `delivery.relay` names; raises `SettingsError`."""
    relay = settings.delivery.relay
    scheme, _, rest = relay.partition(":")
    if scheme == "null" and not rest:
        return Null
    if scheme == "maildir" and rest:
        folder = settings.root / Path(rest).expanduser()
        return lambda: maildir.Maildir(folder)
    if scheme in ("smtp", "smtps"):
        where = smtp_connect.Relay.parse(
            relay,
            settings.delivery.timeout.total_seconds(),
            oauth=bool(settings.delivery.token_command),
        )
        allowance = ErrorAllowance()
        return lambda: smtp_connect.connect(where, password, allowance)
    if plug_in := plug_ins(TRANSPORTS).get(scheme):
        try:
            opened: Transport = plug_in.load()(settings, password)
        except PlugInFault as fault:
            raise SettingsError(f"delivery.relay: {fault}") from fault
        return opened
    raise SettingsError(
        f"delivery.relay: “{relay}” is not maildir:FOLDER, smtp://HOST:PORT, smtps://HOST or null:"
    )


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
