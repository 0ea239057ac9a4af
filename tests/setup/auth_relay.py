"""A relay that wants STARTTLS and a login, by aiosmtpd, and a mailbox into which it puts what it takes."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

RIGHT = "canary of the relay"


@dataclass
class AuthRelay:
    """What was tried and taken. `on_taken` gets each message's octets."""

    port: int = 0
    passwords: list[str] = field(default_factory=list)
    inbox: list[bytes] = field(default_factory=list)
    on_taken: Callable[[bytes], None] = lambda octets: None

    @property
    def url(self) -> str:
        """For `delivery.relay`."""
        return f"smtp://me@127.0.0.1:{self.port}?tls=required"

    def authenticated(self, *given: Any) -> AuthResult:
        """Whether a login is right; aiosmtpd calls it with server, session, envelope, mechanism and login."""
        secret = given[-1].password.decode()
        self.passwords.append(secret)
        return AuthResult(success=secret == RIGHT, handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message."""
        self.inbox.append(envelope.content)
        self.on_taken(envelope.content)
        return "250 taken"


@contextlib.contextmanager
def auth_relay(trusted: Path) -> Iterator[AuthRelay]:
    """The relay; the certificate of its authority is written to `trusted`, for SSL_CERT_FILE."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(trusted)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as free:
        relay = AuthRelay(free.getsockname()[1])
    server = Controller(
        relay, hostname="127.0.0.1", port=relay.port, tls_context=context, require_starttls=True,
        auth_required=True, authenticator=relay.authenticated,
    )  # fmt: skip
    server.start()
    try:
        yield relay
    finally:
        server.stop()
