"""Checks whether the relay is reachable, the connection encrypted, and the login accepted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from alerts.config.server_url import is_loopback
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.transport.relay import transport
from alerts.transport.smtp_session import SmtpConnection

_SOON = timedelta(days=14)


def login(context: CheckContext) -> Iterator[CheckOutput]:
    """Connect and log in as `alerts send` does, and quit; raises `AlertsError`."""
    relay = context.settings.delivery.relay
    if relay.startswith(("maildir:", "null:")):
        yield CheckOutput(CheckLevel.OK, f"{relay} needs no login")
        return
    connection = transport(context.settings, context.password("delivery"))()
    ends = connection.valid_until if isinstance(connection, SmtpConnection) else None
    connection.cut()
    if not relay.startswith(("smtp:", "smtps:")):
        yield CheckOutput(CheckLevel.OK, f"the transport opens: {relay.partition(':')[0]}")
        return
    parts = urlsplit(relay)
    where = f"{parts.hostname}, as {parts.username}" if parts.username else f"{parts.hostname}"
    yield CheckOutput(CheckLevel.OK, f"login to the relay works: {where}")
    yield from certified(parts.hostname or "", ends, context.now)


def certified(host: str, ends: float | None, now: datetime) -> Iterator[CheckOutput]:
    """Whether the way to the relay is encrypted, and for how long its certificate is valid."""
    if ends is None:
        if not is_loopback(host):
            yield CheckOutput(
                CheckLevel.WARNING,
                f"mail to {host} is not protected: it goes without TLS, or with an unchecked certificate",
                "leave ?tls=… out of delivery.relay",
            )
        return
    expires = datetime.fromtimestamp(ends, UTC)
    if expires - now < _SOON:
        yield CheckOutput(
            CheckLevel.WARNING,
            f"the certificate of {host} expires on {expires:%Y-%m-%d}: nothing is sent after that",
            "have it renewed by whoever runs the relay",
        )
    else:
        yield CheckOutput(
            CheckLevel.OK, f"the certificate of {host} is valid until {expires:%Y-%m-%d}"
        )
