"""A relay that follows a script: a real SMTP server on loopback, one thread a connection.

Speaks enough of RFC 5321, 2920, 3207 and 4954 to take mail; at each stage it first asks its `script`,
which may answer with a reply of its own, cut the connection, or stay silent. Every message it accepted is in
`inbox`, with its envelope, as the octets that came over the wire (dots unstuffed). Run as a module
(`python -m tests.relay LOG [DELAY]`), it is a process of its own that writes each acceptance to a file
before it answers, DELAY milliseconds later.
"""

import base64
import contextlib
import hashlib
import os
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

CUT = "cut"  # close the connection, with no reply
RESET = "reset"  # the same, with a RST in place of a FIN
SILENCE = "silence"  # say nothing until the client gives up
TAKE_AND_CUT = "take and cut"  # at the dot: accept the message, then close with no reply
TAKE_AND_SILENCE = "take and silence"

Said = str | bytes | None
Script = Callable[[str, str, int], Said]
"""(stage, recipient, how often this stage was reached for it) → a reply, one of the above, or None.

A reply as bytes is sent as it is, with no line end behind it, and then the connection closes; one that
begins with 2 takes the message. Stages: banner, ehlo, starttls, auth, mail, rcpt, data, body (in the
middle of it), dot, quit, rset.
"""


@dataclass(frozen=True)
class Taken:
    """One accepted message."""

    sender: str
    recipient: str
    octets: bytes
    mail_parameters: str
    connection: int = field(default=0, compare=False)  # over which it came


@dataclass
class Relay:
    """The server; use it as a context manager."""

    script: Script = lambda stage, recipient, nth: None
    offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 50000000")
    tls: ssl.SSLContext | None = None  # STARTTLS is offered with it
    password: str = ""  # AUTH is demanded with it; over TLS alone, where there is TLS
    passwords: list[tuple[bool, str]] = field(default_factory=list)  # heard: (over TLS?, which)
    room: int = 1000  # how many connections it takes at once
    inbox: list[Taken] = field(default_factory=list)
    connections: int = 0
    reads: int = 0  # how often the server waited for octets: round trips
    on_taken: Callable[[Taken], None] = lambda taken: None
    delay: float = 0.0  # seconds between taking a message and saying so
    patience: tuple[int, int] | None = None  # errors until it delays replies, until it hangs up
    tarpit: float = 1.0  # seconds of that delay
    delayed: int = 0  # replies that it delayed
    hung_up: int = 0  # sessions that it ended for too many errors
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "Relay":
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        # Little is buffered, so a client that is cut off in a large body knows that it was.
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port: int = self._server.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._accepting.join()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        """For `delivery.relay`."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        """Whose messages were taken, in order."""
        return [taken.recipient for taken in self.inbox]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
                number = self.connections
            threading.Thread(target=self._converse, args=(connection, number), daemon=True).start()

    def _converse(self, connection: socket.socket, number: int) -> None:
        # Each reply goes out at once, as from a relay that answers a pipeline in one piece.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = _Conversation(self, connection, number)
        with contextlib.suppress(OSError, EOFError):
            talk.hold()
        talk.end()
        with self._lock:
            self._open.discard(connection)

    @property
    def full(self) -> bool:
        """True where more connections are open than there is room for."""
        with self._lock:
            return len(self._open) > self.room

    def empty(self) -> None:
        """Return once every connection that the other side has ended has made room."""
        while True:
            with self._lock:
                if not self._open:
                    return
            os.sched_yield()

    def ask(self, stage: str, recipient: str) -> Said:
        """What the script says."""
        with self._lock:
            nth = self._seen[stage, recipient] = self._seen.get((stage, recipient), 0) + 1
        return self.script(stage, recipient, nth)

    def take(self, taken: Taken) -> None:
        """Keep an accepted message."""
        with self._lock:
            self.inbox.append(taken)
            self.on_taken(taken)


class _Conversation:
    def __init__(self, relay: Relay, connection: socket.socket, number: int) -> None:
        self._relay, self._connection, self._number = relay, connection, number
        self._buffer = b""
        self._at = 0
        self._sender = self._recipient = self._parameters = ""
        self._trusted = not relay.password
        self._errors = 0  # since the last message that was taken, as Postfix counts

    def end(self) -> None:
        """Close the connection, which under TLS is another than at the start."""
        self._connection.close()

    def hold(self) -> None:
        """Speak until one side has enough."""
        self._answer(
            "banner", "421 too many of you" if self._relay.full else "220 relay.test ESMTP"
        )
        while True:
            line = self._line().decode()
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    lines = ["relay.test", *self._relay.offers]
                    secure = isinstance(self._connection, ssl.SSLSocket)
                    if self._relay.tls and not secure:
                        lines.append("STARTTLS")
                    elif self._relay.password:
                        lines.append("AUTH PLAIN LOGIN")
                    hello = "\r\n".join(f"250-{x}" for x in lines[:-1])
                    self._answer("ehlo", f"{hello}\r\n250 {lines[-1]}".lstrip())
                case "STARTTLS":
                    if self._answer("starttls", "220 go on") and self._relay.tls:
                        self._connection = self._relay.tls.wrap_socket(
                            self._connection, server_side=True
                        )
                case "AUTH":
                    self._log_in(rest)
                case "MAIL" if not self._trusted:
                    self._say("530 5.7.0 authentication required")
                case "MAIL":
                    self._recipient = ""
                    address, _, self._parameters = rest.removeprefix("FROM:").partition(" ")
                    self._sender = address if self._answer("mail", "250 ok") else ""
                case "RCPT":
                    recipient = rest.removeprefix("TO:").partition(" ")[0].strip("<>")
                    took = self._answer("rcpt", "250 ok", recipient)
                    self._recipient = recipient if took and self._sender else ""
                case "DATA":
                    if not self._recipient:
                        self._say("503 no valid recipient")
                    elif self._answer("data", "354 go on", self._recipient):
                        self._body()
                case "RSET":
                    self._sender = self._recipient = ""
                    self._answer("rset", "250 ok")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("502 what?")

    def _log_in(self, rest: str) -> None:
        """AUTH PLAIN and LOGIN; remembers which passwords it heard, and whether in clear."""
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            secret = base64.b64decode(initial).rpartition(b"\0")[2].decode()
        else:
            if not initial:
                self._say("334 VXNlcm5hbWU6")
                self._line()
            self._say("334 UGFzc3dvcmQ6")
            secret = base64.b64decode(self._line()).decode()
        self._relay.passwords.append((isinstance(self._connection, ssl.SSLSocket), secret))
        right = secret == self._relay.password
        self._trusted = self._answer("auth", "235 welcome" if right else "535 5.7.8 wrong")

    def _body(self) -> None:
        lines: list[bytes] = []
        while (line := self._line()) != b".":
            lines.append(line.removeprefix(b".") if line.startswith(b".") else line)
            if len(lines) == 20 and (said := self._relay.ask("body", self._recipient)):
                self._carry_out(said)
        taken = Taken(
            self._sender.strip("<>"),
            self._recipient,
            b"\r\n".join(lines) + b"\r\n",
            self._parameters,
            self._number,
        )
        self._sender = self._recipient = ""
        said = self._relay.ask("dot", taken.recipient)
        taking = said in (None, TAKE_AND_CUT, TAKE_AND_SILENCE)
        if taking or (said or "")[:1] in ("2", b"2"):
            self._relay.take(taken)
            self._errors = 0
            if self._relay.delay:
                threading.Event().wait(self._relay.delay)
        self._carry_out(said or "250 2.0.0 taken")

    def _answer(self, stage: str, usual: str, recipient: str = "") -> bool:
        said = self._relay.ask(stage, recipient or self._recipient)
        self._carry_out(said or usual)
        return str(said or usual)[0] in "23"

    def _carry_out(self, said: str | bytes) -> None:
        if isinstance(said, bytes):
            self._connection.sendall(said)
            said = CUT
        if said == RESET:
            self._connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        if said in (CUT, RESET, TAKE_AND_CUT):
            raise EOFError
        if said in (SILENCE, TAKE_AND_SILENCE):
            while self._connection.recv(65536):
                pass
            raise EOFError
        self._say(said)
        if said.startswith("421"):
            raise EOFError

    def _say(self, text: str) -> None:
        if self._relay.patience and text[0] in "45":
            text = self._impatient(text, *self._relay.patience)
        self._connection.sendall(f"{text}\r\n".encode())
        if text.startswith("421"):
            raise EOFError

    def _impatient(self, text: str, soft: int, hard: int) -> str:
        """As smtpd_soft_error_limit and smtpd_hard_error_limit do."""
        self._errors += 1
        if self._errors > hard:
            self._relay.hung_up += 1
            return "421 4.7.0 relay.test Error: too many errors"
        if self._errors > soft:
            self._relay.delayed += 1
            threading.Event().wait(self._relay.tarpit)
        return text

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n", self._at)) < 0:
            self._relay.reads += 1
            octets = self._connection.recv(65536)
            if not octets:
                raise EOFError
            self._buffer, self._at = self._buffer[self._at :] + octets, 0
        line, self._at = self._buffer[self._at : end], end + 2
        return line


def main() -> None:
    """Print the port, then write `recipient message-id digest` of each acceptance to the log."""
    delay = float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.0
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(taken: Taken) -> None:
        name = next(x for x in taken.octets.split(b"\r\n") if x.startswith(b"Message-ID:"))[12:]
        digest = hashlib.sha256(taken.octets).hexdigest()
        os.write(log, f"{taken.recipient} {name.decode()} {digest}\n".encode())

    with Relay(on_taken=note, delay=delay) as relay:
        print(relay.port, flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main()
