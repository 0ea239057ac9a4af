"""The SMTP transaction on an open session, with RFC 2920 pipelining.

On a relay that offers PIPELINING, the body of one message travels together with MAIL, RCPT and DATA
of the next: one round trip a message. It is known to the octet whether the final dot was handed to the
kernel before a connection broke, so only a message whose reply is missing is in doubt. Replies are
read with limits on length, lines and time (RFC 5321 §4.5.3.2).

The socket does not block: where it would, the conversation yields. Whose thread it is, and what it does
meanwhile, is not known here.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Generator
from selectors import EVENT_READ, EVENT_WRITE

from alerts.errors import RelayUnavailable
from alerts.model import DeliveryState, Envelope, Outcome, Reason, Reply
from alerts.retry import UNADDRESSABLE, Stage, broken, judge
from alerts.transport.connection import Conversation, Goodbye, SessionOver, Wait

_MAX_LINES, _MAX_LINE = 100, 4096
_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])([^\n]*?))?\r?\n\Z")
_HARMFUL = re.compile(r"[\x00-\x20\x7f<>]")
_DOTTED = re.compile(rb"\n\.")  # three times as fast as `in`, which is slow for two octets
_FINAL_DOT_PATIENCE = 2  # RFC 5321 §4.5.3.2.6: 10 minutes after the dot, 5 elsewhere
_GOODBYE_PATIENCE = 5.0  # seconds
_TLS_RECORD = 16_384  # octets: what is handed over in one piece, so that we know what was


class SmtpConnection:
    """An open session with a relay; see `connection.Connection`."""

    def __init__(self, client: smtplib.SMTP, timeout: float) -> None:
        if client.sock is None:
            raise RelayUnavailable("the relay hung up after its greeting")
        self._socket: socket.socket = client.sock
        self._socket.setblocking(False)
        # What is written is whole: the end of a body must not wait for the relay's delayed ACK.
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
        self.usable = True  # False once the session is over: open another

    def fileno(self) -> int:
        """The socket."""
        return self._socket.fileno()

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Conversation:
        """See `connection.Connection`."""
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
            return broken(_words(fault), self._stage)
        if refusal is not None:
            return refusal
        if following and (not self._pipelining or self._unfit(following, len(message))):
            following = None
        return (yield from self._body(message, following))

    def close(self) -> Goodbye:
        """QUIT, where the session is between messages."""
        if self.usable and self._announced is None:
            with contextlib.suppress(OSError, EOFError):
                yield from self._write(b"QUIT\r\n")
                yield from self._reply(Wait(EVENT_READ, _GOODBYE_PATIENCE))
        self.cut()

    def _unfit(self, envelope: Envelope, size: int) -> Outcome | None:
        """Why this relay cannot be asked to take the message at all, if so (S13, X2)."""
        if _HARMFUL.search(envelope.recipient) or _HARMFUL.search(envelope.sender):
            return UNADDRESSABLE
        if not envelope.recipient.isascii() and not self._smtputf8:
            return UNADDRESSABLE
        if self._size_limit and size > self._size_limit:
            words = f"{size} octets; the relay takes at most {self._size_limit}"
            return Outcome(DeliveryState.FAILED, Reply(0, words), Reason.TOO_LARGE)
        return None

    def _commands(self, envelope: Envelope, size: int) -> tuple[bytes, bytes, bytes]:
        """MAIL, RCPT, DATA with what the relay offers: SIZE (RFC 1870), DSN (RFC 3461), SMTPUTF8."""
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

        In a pipeline all three are answered, whatever the first answer is; a relay may even say 354
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
                reply = yield from self._answer(stage)
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
        except (OSError, EOFError):
            if refusal is None:
                raise
            self.cut()  # what was refused before stays refused
        return refusal

    def _answer(self, stage: Stage) -> Generator[Wait, None, Reply]:
        """The reply to a command of the envelope; `SessionOver` if that is where the relay stops."""
        ends = stage is Stage.MAIL and self._carried > 0
        try:
            reply = yield from self._reply(self._to_read)
        except (ConnectionError, EOFError) as fault:
            if not ends:
                raise
            self.cut()
            raise SessionOver from fault
        if ends and reply.code == 421:
            self.cut()
            raise SessionOver
        return reply

    def _body(self, message: bytes, following: Envelope | None) -> Conversation:
        """The body to its final dot, the next envelope behind it, and the reply to the dot."""
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
            return broken(_words(fault), Stage.BODY if self._handed_over >= dot else Stage.DATA)
        self._carried += 1
        if self._buffer and following is None:  # it goes on unasked: a goodbye
            self.cut()
        outcome = self._judge(Stage.BODY, reply)
        assert outcome is not None  # noqa: S101 - no reply to the dot asks for more
        return outcome

    def _judge(self, stage: Stage, reply: Reply) -> Outcome | None:
        """`retry.judge`; a session that failed as a whole is over."""
        try:
            outcome = judge(stage, reply)
        except RelayUnavailable:
            self.cut()
            raise
        if outcome is not None and outcome.relay_fault:
            self.cut()
        return outcome

    def _write(self, octets: bytes) -> Goodbye:
        """Hand everything to the kernel."""
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
        """One reply, of one or many lines (RFC 5321 §4.2); code 0 where it is none."""
        texts: list[str] = []
        for _ in range(_MAX_LINES):
            while (end := self._buffer.find(b"\n") + 1) == 0:
                if len(self._buffer) >= _MAX_LINE:
                    raise EOFError("an endless line")
                yield from self._read(wait)
            line, self._buffer = self._buffer[:end], self._buffer[end:]
            match = _REPLY.match(line)
            if not match:
                return Reply(0, f"not an SMTP reply: {one_line(line.decode(errors='replace'))}")
            code, more, text = match.groups()
            texts.append((text or b"").decode(errors="replace"))
            if more != b"-":
                return Reply(int(code), one_line(" ".join(texts)))
        raise EOFError("a reply of too many lines")

    def _read(self, wait: Wait) -> Goodbye:
        """Some more octets into the buffer."""
        if not self._piece:  # under TLS they may lie decrypted already, where no selector sees them
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
            raise EOFError("the relay hung up")
        self._buffer += octets

    def cut(self) -> None:
        """See `connection.Connection`. Without its dot, a message is not taken."""
        self.usable, self._announced = False, None
        with contextlib.suppress(OSError):
            self._socket.close()


def _words(fault: Exception) -> str:
    return "no answer in time" if isinstance(fault, TimeoutError) else one_line(str(fault))


def one_line(text: str) -> str:
    """A relay's words, fit for one line of a report."""
    flat = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(flat.split())[:500]
