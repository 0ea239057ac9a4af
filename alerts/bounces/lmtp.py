"""An LMTP server (RFC 2033) for the mail server of this machine; aiosmtpd implements the protocol.

Each message is passed to one function and is answered with 2xx only after that has returned, so an
accepted message is on disk. Every fault of ours is answered with 451, so that the mail server tries
again. Only a message that is too large is refused permanently (552). Connections do not block each other:
many messages are processed at once, a slow client is disconnected after `TIMEOUT`, and where there are
too many connections, the one that was idle for longest is closed.
"""

import asyncio
import contextlib
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from alerts.domain.errors import AlertsError
from alerts.text.mistakes import place_of

MOST_OCTETS = 20_000_000  # most octets of one message
MOST_CONNECTIONS = 100
TIMEOUT = 120.0  # seconds for a command, and for a whole message
AT_ONCE = 64  # most messages that are processed at once
LAST_WAIT = 10.0  # seconds that messages in progress have after a signal to stop

_TRY_LATER = "451 4.3.0 cannot be kept now, try again later"
_CLOSING = b"421 4.3.2 closing, try again later\r\n"

Take = Callable[[bytes, Sequence[str]], None]
"""Keep a message for these recipients; it is on disk when this returns. Raises where that fails."""


class _Connection(LMTP):
    """The connection of one client."""

    line_length_limit = MOST_OCTETS  # bounces may quote lines of any length

    def __init__(self, server: "_Server") -> None:
        super().__init__(
            server,
            data_size_limit=MOST_OCTETS,
            enable_SMTPUTF8=True,
            hostname="alerts",
            ident="LMTP",
            timeout=TIMEOUT,
            loop=asyncio.get_running_loop(),
        )
        self._server = server
        self._owed = 1  # replies still to send: after a message, one for each recipient
        self._greeting = False
        self.busy = False  # True from DATA until its replies are sent
        self.heard = self.loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._server.welcome(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.connections.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self.heard = self.loop.time()
        super().data_received(data)

    def close(self) -> None:
        """Send 421 and close."""
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(_CLOSING)
            self.transport.close()

    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802 (aiosmtpd's name)
        self._greeting = True
        await super().smtp_LHLO(arg)
        self._greeting = False

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 (aiosmtpd's name)
        self.busy = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.busy, self._owed = False, 1
            if self._server.stopping.is_set():
                self.close()

    async def push(self, status: Any) -> None:
        """Send a reply with an enhanced status code (RFC 2034); after a message, one per recipient."""
        if self._greeting or status.startswith(("220", "354")):
            await super().push(status)
        else:
            reply = re.sub(r"^([245])(\d\d) (?!\d\.\d+\.\d+ )", r"\1\2 \1.0.0 ", status)
            await super().push("\r\n".join([reply] * self._owed))
        if status.startswith("354") and self.envelope:
            self._owed = len(self.envelope.rcpt_tos)


class _Server:
    """All connections, and the hooks that aiosmtpd calls."""

    def __init__(self, take: Take, warn: Callable[[str], None]) -> None:
        self._take, self._warn = take, warn
        self._workers = ThreadPoolExecutor(AT_ONCE, "lmtp")
        self.connections: set[_Connection] = set()
        self.stopping = asyncio.Event()

    def welcome(self, connection: _Connection) -> None:
        """Count a new connection; where there are too many, close the one that was idle for longest."""
        self.connections.add(connection)
        if len(self.connections) > MOST_CONNECTIONS:
            min(self.connections, key=lambda each: (each.busy, each.heard)).close()

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, _: LMTP, session: Session, envelope: Envelope, name: str, replies: list[str]
    ) -> list[str]:
        """Offer the extensions that RFC 2033 §5 requires."""
        session.host_name = name
        return [replies[0], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", *replies[1:]]

    async def handle_DATA(self, _: LMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; returns the reply, which each recipient gets."""
        message, recipients = envelope.original_content or b"", tuple(envelope.rcpt_tos)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._workers, self._take, message, recipients)
        except AlertsError as fault:
            self._warn(f"bounces.lmtp: {fault}")
            return _TRY_LATER
        return "250 2.0.0 kept"

    async def handle_exception(self, fault: Exception) -> str:
        """Answer 451 for an error in this program, so that the message is not lost."""
        self._warn(f"bounces.lmtp: an error in the program ({place_of(fault)}); please report it")
        return _TRY_LATER

    async def run(self, bound: socket.socket) -> None:
        """Serve until told to stop; then finish the messages in progress."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._lost)
        listen = loop.create_unix_server if bound.family == socket.AF_UNIX else loop.create_server
        server = await listen(lambda: _Connection(self), sock=bound)
        await self.stopping.wait()
        server.close()
        for connection in [each for each in self.connections if not each.busy]:
            connection.close()
        deadline = loop.time() + LAST_WAIT
        while self.connections and loop.time() < deadline:
            await asyncio.sleep(0.02)
        for connection in list(self.connections):
            connection.close()
        await loop.run_in_executor(None, self._workers.shutdown)

    def _lost(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Ignore a client that disconnected; report every other error."""
        fault = context.get("exception")
        if not isinstance(fault, ConnectionError):
            place = f" ({place_of(fault)})" if fault is not None else ""
            self._warn(f"bounces.lmtp: a connection ended with an error of the program{place}")


@contextlib.contextmanager
def serving(bound: socket.socket, take: Take, warn: Callable[[str], None]) -> Iterator[None]:
    """Accept mail at this listening socket while the block runs; `warn` gets messages about faults."""
    # aiosmtpd's log has addresses and tracebacks
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    loop, server = asyncio.new_event_loop(), _Server(take, warn)

    def work() -> None:
        with contextlib.closing(loop):
            loop.run_until_complete(server.run(bound))

    thread = threading.Thread(target=work, name="lmtp", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(server.stopping.set)
        thread.join()
