"""The SMTP transaction on an open session, with pipelining (RFC 2920).

On a relay that offers PIPELINING, the body of one message is sent together with MAIL, RCPT and DATA of
the next: one round trip per message. It is known exactly whether the final dot was passed to the kernel
before a connection broke, so only a message whose reply is missing is in doubt. Replies are read with
limits on length, lines and time (RFC 5321 §4.5.3.2).

The socket does not block: where it would, the conversation yields.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Generator
from selectors import EVENT_READ, EVENT_WRITE

from alerts.domain.delivery import DeliveryState, Envelope, Outcome, Reason, Reply
from alerts.domain.errors import RelayUnavailable
from alerts.domain.open_transaction import outside
from alerts.domain.printable import printable
from alerts.text.network_faults import in_words
from alerts.transport.allowance import ErrorAllowance
from alerts.transport.connection import Conversation, Ended, Goodbye, SessionOver, Wait
from alerts.transport.replies import UNADDRESSABLE, Stage, broken, judge

_MAX_LINES, _MAX_LINE = 100, 4096
_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])([^\n]*?))?\r?\n\Z")
_HARMFUL = re.compile(r"[\x00-\x20\x7f<>]")
_DOTTED = re.compile(rb"\n\.")  # three times as fast as `in`, which is slow for two octets
_FINAL_DOT_PATIENCE = 2  # RFC 5321 §4.5.3.2.6: 10 minutes after the dot, 5 elsewhere
_GOODBYE_PATIENCE = 5.0  # seconds
_TLS_RECORD = 16_384  # octets passed to the kernel at once, so that we know what was passed


class SmtpConnection:
    """An open session with a relay; see `connection.Connection`."""

    def __init__(
        self, client: smtplib.SMTP, timeout: float, allowance: ErrorAllowance | None = None
    ) -> None:
        if client.sock is None:
            raise RelayUnavailable("the relay closed the connection after its greeting")
        self._socket: socket.socket = client.sock
        self._socket.setblocking(False)
        # Writes are complete: the end of a body must not wait for the relay's delayed ACK.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._piece = _TLS_RECORD if isinstance(self._socket, ssl.SSLSocket) else None
        self._buffer = b""
        self._pipelining = client.has_extn("pipelining")
        self._smtputf8 = client.has_extn("smtputf8")
        self._dsn = client.has_extn("dsn")
        self._size_offered = client.has_extn("size")
        self._size_limit = int("0" + re.sub(r"\D", "", client.esmtp_features.get("size", "")))
        self._stage = Stage.MAIL  # whose reply is awaited
        self._announced: Envelope | None = None  # its commands are written, their replies unread
        self._handed_over = 0  # octets of the last `_write` that the kernel has
        self._to_read, self._to_write = Wait(EVENT_READ, timeout), Wait(EVENT_WRITE, timeout)
        self._patient = Wait(EVENT_READ, timeout * _FINAL_DOT_PATIENCE)
        self._carried = 0  # messages that the relay has answered
        self._errors = 0  # replies that refused, since the last message that was taken
        self._allowance = allowance or ErrorAllowance()
        self.usable = True  # False once the session is over: open another

    @property
    def valid_until(self) -> float | None:
        """When the relay's certificate expires, in seconds since 1970; None without TLS or unverified."""
        if not isinstance(self._socket, ssl.SSLSocket):
            return None
        ends = (self._socket.getpeercert() or {}).get("notAfter")
        return ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None

    def fileno(self) -> int:
        """The socket."""
        return self._socket.fileno()

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """See `connection.Connection`."""
        outside("a message is handed over")
        if unfit := self._unfit(envelope, len(message)):
            if self._announced is not None:
                self.cut()
            return unfit
        if self._announced not in (None, envelope):
            raise ValueError("another envelope was announced: send that one, or cut the session")
        try:
            refusal = yield from self._begin(envelope, len(message))
        except (OSError, EOFError) as fault:
            self.cut()
            return broken(fault_words(fault), self._stage)
        if refusal is not None:
            return refusal
        if following and (not self._pipelining or self._unfit(following, len(message))):
            following = None
        return (yield from self._body(message, following))

    def close(self) -> Goodbye:
        """QUIT, if the session is between messages."""
        if self.usable and self._announced is None:
            with contextlib.suppress(OSError, EOFError):
                yield from self._write(b"QUIT\r\n")
                yield from self._reply(Wait(EVENT_READ, _GOODBYE_PATIENCE))
        self.cut()

    def _unfit(self, envelope: Envelope, size: int) -> Outcome | None:
        """The outcome if this relay cannot accept the message at all, else None (S13, X2)."""
        if _HARMFUL.search(envelope.recipient) or _HARMFUL.search(envelope.sender):
            return UNADDRESSABLE
        if not envelope.recipient.isascii() and not self._smtputf8:
            return UNADDRESSABLE
        if self._size_limit and size > self._size_limit:
            words = f"{size} octets; the relay accepts at most {self._size_limit}"
            return Outcome(DeliveryState.FAILED, Reply(0, words), Reason.TOO_LARGE)
        return None

    def _commands(self, envelope: Envelope, size: int) -> tuple[bytes, bytes, bytes]:
        """MAIL, RCPT and DATA, with the extensions of the relay: SIZE (RFC 1870), DSN (RFC 3461),
        SMTPUTF8."""
        mail = f" SIZE={size}" if self._size_offered else ""
        notify = ""
        if not envelope.recipient.isascii():
            mail += " SMTPUTF8"
        if self._dsn:
            token = envelope.sender.partition("@")[0].rpartition("+")[2]
            mail, notify = f"{mail} RET=HDRS ENVID={token}", " NOTIFY=FAILURE"
        return (
            f"MAIL FROM:<{envelope.sender}>{mail}\r\n".encode(),
            f"RCPT TO:<{envelope.recipient}>{notify}\r\n".encode(),
            b"DATA\r\n",
        )

    def _begin(self, envelope: Envelope, size: int) -> Generator[Wait, None, Outcome | None]:
        """MAIL, RCPT and DATA: None when the relay waits for the body, else the refusal.

        In a pipeline all three are answered, whatever the first reply is; a relay may even reply 354
        after it refused the only recipient, and then gets an empty message (RFC 2920 §3.1).
        """
        commands = self._commands(envelope, size)
        self._stage = Stage.MAIL
        if self._pipelining and self._announced is None:
            yield from self._write(b"".join(commands))
        self._announced = None
        refusal: Outcome | None = None
        try:
            for stage, command in zip((Stage.MAIL, Stage.RCPT, Stage.DATA), commands, strict=True):
                self._stage = stage
                if not self._pipelining:
                    yield from self._write(command)
                reply = yield from self._answer(stage, refusal is None)
                self._errors += reply.code >= 400
                if refusal is None:
                    refusal = self._judge(stage, reply)
                elif stage is Stage.DATA and reply.code == 354:
                    yield from self._write(b".\r\n")
                    yield from self._reply(self._to_read)
                if refusal is not None and (not self.usable or not self._pipelining):
                    break
            if refusal is not None and self.usable:
                yield from self._write(b"RSET\r\n")
                yield from self._reply(self._to_read)
                yield from self._renew()
        except (OSError, EOFError):
            if refusal is None:
                raise
            self.cut()  # an earlier refusal remains the outcome
        return refusal

    def _renew(self) -> Goodbye:
        """End the session before the relay has counted so many errors that it delays or hangs up."""
        if self._allowance.is_used_up(self._errors, 2 if self._pipelining else 1):
            self._allowance.renewed()
            yield from self.close()

    def _answer(self, stage: Stage, unrefused: bool) -> Generator[Wait, None, Reply]:
        """The reply to a command of the envelope; raises `SessionOver` if the relay stops there.

        It does so of itself where it has carried enough, or refused others before.
        """
        ends = unrefused and (self._errors > 0 or (stage is Stage.MAIL and self._carried > 0))
        try:
            reply = yield from self._reply(self._to_read)
        except (ConnectionError, EOFError) as fault:
            if not ends:
                raise
            self._hung_up()
            raise SessionOver from fault
        if ends and reply.code == 421:
            self._hung_up()
            raise SessionOver
        return reply

    def _hung_up(self) -> None:
        if self._errors:
            self._allowance.hung_up(self._errors)
        self.cut()

    def _body(self, message: bytes, following: Envelope | None) -> Conversation:
        """Write the body with its final dot, then the next envelope; returns the outcome of the reply."""
        octets = message.replace(b"\r\n.", b"\r\n..") if _DOTTED.search(message) else message
        if octets.startswith(b"."):
            octets = b"." + octets
        ending = b".\r\n" if octets.endswith(b"\r\n") else b"\r\n.\r\n"
        dot = len(octets) + len(ending)
        behind = self._commands(following, len(message)) if following else ()
        self._handed_over = 0
        try:
            yield from self._write(b"".join((octets, ending, *behind)))
            self._announced = following
            reply = yield from self._reply(self._patient)
        except (OSError, EOFError) as fault:
            self.cut()
            return broken(
                fault_words(fault), Stage.BODY if self._handed_over >= dot else Stage.DATA
            )
        self._carried += 1
        self._errors = 0 if reply.code // 100 == 2 else self._errors + 1
        if self._buffer and following is None:  # an unexpected reply: the relay ends the session
            self.cut()
        outcome = self._judge(Stage.BODY, reply)
        assert outcome is not None  # noqa: S101 - `judge` returns an outcome for every reply to the final dot
        return outcome

    def _judge(self, stage: Stage, reply: Reply) -> Outcome | None:
        """`replies.judge`; marks the session as over if it failed as a whole."""
        try:
            outcome = judge(stage, reply)
        except RelayUnavailable:
            self.cut()
            raise
        if outcome is not None and outcome.relay_fault:
            self.cut()
        return outcome

    def _write(self, octets: bytes) -> Goodbye:
        """Pass all octets to the kernel."""
        self._handed_over = 0
        view = memoryview(octets)
        while self._handed_over < len(octets):
            piece = view[self._handed_over :][: self._piece]
            try:
                self._handed_over += self._socket.send(piece)
            except ssl.SSLWantReadError:
                yield self._to_read
            except (BlockingIOError, ssl.SSLWantWriteError):
                yield self._to_write

    def _reply(self, wait: Wait) -> Generator[Wait, None, Reply]:
        """Read one reply, of one or more lines (RFC 5321 §4.2); code 0 if it is malformed."""
        texts: list[str] = []
        for _ in range(_MAX_LINES):
            while (end := self._buffer.find(b"\n") + 1) == 0:
                if len(self._buffer) >= _MAX_LINE:
                    raise Ended("an endless line")
                yield from self._read(wait)
            line, self._buffer = self._buffer[:end], self._buffer[end:]
            match = _REPLY.match(line)
            if not match:
                return Reply(0, f"not an SMTP reply: {one_line(line.decode(errors='replace'))}")
            code, more, text = match.groups()
            texts.append((text or b"").decode(errors="replace"))
            if more != b"-":
                return Reply(int(code), one_line(" ".join(texts)))
        raise Ended("a reply of too many lines")

    def _read(self, wait: Wait) -> Goodbye:
        """Read more octets into the buffer."""
        if (
            not self._piece
        ):  # with TLS, decrypted octets may be buffered where no selector sees them
            yield wait
        while True:
            try:
                octets = self._socket.recv(_MAX_LINE)
                break
            except ssl.SSLWantWriteError:
                yield Wait(EVENT_WRITE, wait.patience)
            except (BlockingIOError, ssl.SSLWantReadError):
                yield wait
        if not octets:
            raise Ended("the relay closed the connection")
        self._buffer += octets

    def cut(self) -> None:
        """See `connection.Connection`. Without its final dot, a message is not accepted."""
        self.usable, self._announced = False, None
        with contextlib.suppress(OSError):
            self._socket.close()


def fault_words(fault: Exception) -> str:
    """A fault of a session on one line; "" where nothing is known of it."""
    return in_words(fault) or (str(fault) if isinstance(fault, Ended) else "")


def one_line(text: str) -> str:
    """A reply of the relay as one line for a report."""
    return " ".join(printable(text, instead=" ").split())[:500]
