"""SMTP connections: found, secured and authenticated by the standard library.

What is then spoken on them is ours: `session.py`. Here it is decided how far a relay is trusted: TLS
is required unless it is on this machine, and a password is sent to nobody who was not verified, but to
a relay on this machine (X14).
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Self
from urllib.parse import parse_qs, unquote

from alerts.errors import RelayUnavailable, SettingsError
from alerts.server_url import is_loopback, refuse_password, taken_apart
from alerts.transport.session import SmtpConnection, one_line

_MOST_LINES = 1000  # of greeting, EHLO, STARTTLS and AUTH together


@dataclass(frozen=True, slots=True)
class Relay:
    """An SMTP server and how to speak to it. `tls`: required, opportunistic, never or implicit."""

    host: str
    port: int
    user: str
    tls: str
    timeout: float
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    @classmethod
    def parse(cls, url: str, timeout: float) -> Self:
        """Read `smtp://user@host:587?tls=…` or `smtps://…`; raises `SettingsError`."""
        parts = taken_apart(url, "delivery.relay")
        if not parts.hostname or parts.path not in ("", "/"):
            raise SettingsError("delivery.relay: write smtp://user@host:587")
        refuse_password(parts, "delivery.relay")
        query = parse_qs(parts.query)
        here = is_loopback(parts.hostname)
        tls = query.pop("tls", ["opportunistic" if here else "required"])[0]
        if query or tls not in ("required", "opportunistic", "never"):
            raise SettingsError(
                "delivery.relay: only ?tls=required, opportunistic or never can follow"
            )
        if parts.username and tls != "required" and parts.scheme == "smtp" and not here:
            raise SettingsError(
                f"delivery.relay: with ?tls={tls} the password of {unquote(parts.username)} could be"
                " read on its way; leave that out, or the user"
            )
        if parts.scheme == "smtps":
            return cls(
                parts.hostname,
                parts.port or 465,
                unquote(parts.username or ""),
                "implicit",
                timeout,
            )
        return cls(parts.hostname, parts.port or 587, unquote(parts.username or ""), tls, timeout)


def connect(relay: Relay, password: str | None) -> SmtpConnection:
    """Open, secure and authenticate a connection; raises `RelayUnavailable`, whatever goes wrong."""
    where = f"{relay.host}:{relay.port}"
    if relay.user and password is None:
        raise SettingsError(
            f"delivery.relay: no password for {relay.user}; set it as docs/settings.md says"
        )
    try:
        client = _secured(relay)
        if relay.user:
            _log_in(client, relay.user, password or "")
    except smtplib.SMTPAuthenticationError as fault:
        raise RelayUnavailable(
            f"{where}: refuses the login of {relay.user}: {fault.smtp_code}"
        ) from fault
    except smtplib.SMTPResponseException as fault:
        words = (
            fault.smtp_error.decode(errors="replace")
            if isinstance(fault.smtp_error, bytes)
            else fault.smtp_error
        )
        raise RelayUnavailable(f"{where}: {fault.smtp_code} {one_line(words)}") from fault
    except (OSError, smtplib.SMTPException, ValueError) as fault:
        raise RelayUnavailable(
            f"{where}: {one_line(str(fault) or type(fault).__name__)}"
        ) from fault
    return SmtpConnection(client, relay.timeout)


def _secured(relay: Relay) -> smtplib.SMTP:
    """Connected, greeted, and encrypted as the relay's URL demands.

    RFC 7435: opportunistic encryption is not checked, and where it fails clear text will do.
    """
    client = _greeted(relay)
    if relay.tls in ("implicit", "never"):
        return client
    if not client.has_extn("starttls"):
        if relay.tls == "opportunistic":
            return client
        client.close()
        raise smtplib.SMTPException(
            "offers no STARTTLS; ?tls=opportunistic goes without, if you accept that"
        )
    try:
        with _closed_if_it_fails(client):
            client.starttls(context=relay.context if relay.tls == "required" else _unverified())
            client.ehlo()
    except (OSError, smtplib.SMTPException, ValueError):
        if relay.tls == "required":
            raise
        return _greeted(relay)
    return client


def _greeted(relay: Relay) -> smtplib.SMTP:
    """Connected, in clear text but for smtps, and greeted."""
    if relay.tls == "implicit":
        client: smtplib.SMTP = _TlsClient(
            relay.host, relay.port, timeout=relay.timeout, context=relay.context
        )
    else:
        client = _Client(relay.host, relay.port, timeout=relay.timeout)
    with _closed_if_it_fails(client):
        client.ehlo_or_helo_if_needed()
    return client


def _log_in(client: smtplib.SMTP, user: str, password: str) -> None:
    with _closed_if_it_fails(client):
        client.login(user, password)


@contextmanager
def _closed_if_it_fails(client: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        client.close()
        raise


class _Client(smtplib.SMTP):
    """The standard library's, with an end to what it listens to: it bounds a line, not their number."""

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        return super().getreply()


class _TlsClient(_Client, smtplib.SMTP_SSL):
    """The same for smtps."""


class _Bounded:
    """A reader of so many lines and no more."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, _MOST_LINES
        self.close = file.close

    def readline(self, most: int) -> bytes:
        """As of a file."""
        self._left -= 1
        if self._left < 0:
            raise OSError("the relay talks without end")
        return self._file.readline(most)


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
