"""SMTP connections: found, secured and authenticated by the standard library.

What is then spoken on them is ours: `session.py`. Here it is decided how far a relay is trusted: TLS
is required unless it is on this machine, and a password is sent to nobody who was not verified.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from alerts.errors import RelayUnavailable, SettingsError
from alerts.transport.session import SmtpConnection, one_line


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
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as fault:
            raise SettingsError(f"delivery.relay: {fault}") from fault
        if not parts.hostname or parts.path not in ("", "/"):
            raise SettingsError("delivery.relay: write smtp://user@host:587")
        if parts.password:
            raise SettingsError(
                "delivery.relay: keep the password out of the URL; set the variable that "
                "delivery.password_env names, or delivery.password_file"
            )
        query = parse_qs(parts.query)
        tls = query.pop(
            "tls", ["required" if not _is_loopback(parts.hostname) else "opportunistic"]
        )[0]
        if query or tls not in ("required", "opportunistic", "never"):
            raise SettingsError(
                "delivery.relay: only ?tls=required, opportunistic or never can follow"
            )
        if parts.scheme == "smtps":
            return cls(
                parts.hostname, port or 465, unquote(parts.username or ""), "implicit", timeout
            )
        return cls(parts.hostname, port or 587, unquote(parts.username or ""), tls, timeout)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
    """Connected, greeted, and encrypted as the relay's URL demands."""
    if relay.tls == "implicit":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            relay.host, relay.port, timeout=relay.timeout, context=relay.context
        )
    else:
        client = smtplib.SMTP(relay.host, relay.port, timeout=relay.timeout)
    try:
        client.ehlo_or_helo_if_needed()
        offered = client.has_extn("starttls")
        if relay.tls == "required" and not offered:
            raise smtplib.SMTPException(
                "offers no STARTTLS; ?tls=opportunistic goes without, if you accept that"
            )
        if offered and relay.tls in ("required", "opportunistic"):
            # RFC 7435: opportunistic encryption without a check is better than clear text
            client.starttls(context=relay.context if relay.tls == "required" else _unverified())
            client.ehlo()
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, user: str, password: str) -> None:
    try:
        client.login(user, password)
    except BaseException:
        client.close()
        raise


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
