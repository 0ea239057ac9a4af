"""SMTP: one relay, long-lived connections, RFC 2920 pipelining.

The standard library connects, starts TLS and authenticates; the transaction is ours. On a relay that
offers PIPELINING, the body of one message travels together with MAIL, RCPT and DATA of the next: one
round trip a message. It is known to the octet whether the final dot was handed to the kernel before
a connection broke, so only a message whose reply is missing is in doubt. Replies are read with
limits on length, lines and time (RFC 5321 §4.5.3.2).
"""

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from alerts.errors import RelayUnavailable, SettingsError
from alerts.model import DeliveryState, Envelope, Outcome, Reason, Reply
from alerts.retry import UNADDRESSABLE, Stage, broken, judge

_MAX_LINES, _MAX_LINE = 100, 4096
_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])([^\n]*?))?\r?\n\Z")
_HARMFUL = re.compile(r"[\x00-\x20\x7f<>]")
_FINAL_DOT_PATIENCE = 2  # RFC 5321 §4.5.3.2.6: 10 minutes after the dot, 5 elsewhere


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


def connect(relay: Relay, password: str | None) -> "SmtpConnection":
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
        raise RelayUnavailable(f"{where}: {fault.smtp_code} {_one_line(words)}") from fault
    except (OSError, smtplib.SMTPException, ValueError) as fault:
        raise RelayUnavailable(
            f"{where}: {_one_line(str(fault) or type(fault).__name__)}"
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


class SmtpConnection:
    """An open session with a relay."""

    def __init__(self, client: smtplib.SMTP, timeout: float) -> None:
        if client.sock is None or client.file is None:
            raise RelayUnavailable("the relay hung up after its greeting")
        self._socket, self._replies, self._timeout = client.sock, client.file, timeout
        self._pipelining = client.has_extn("pipelining")
        self._smtputf8 = client.has_extn("smtputf8")
        self._dsn = client.has_extn("dsn")
        self._size_offered = client.has_extn("size")
        self._size_limit = int("0" + re.sub(r"\D", "", client.esmtp_features.get("size", "")))
        self._announced: Envelope | None = (
            None  # MAIL, RCPT, DATA are written, their replies unread
        )
        self.usable = True  # False once the session is over: open another

    def send(
        self, envelope: Envelope, message: bytes, following: Envelope | None = None
    ) -> Outcome:
        """See `transport.Connection`."""
        if unfit := self._unfit(envelope, len(message)):
            return unfit
        if self._announced not in (None, envelope):
            raise ValueError("another envelope was announced: send that one, or abandon it")
        try:
            refusal = self._begin(envelope, len(message))
        except (OSError, EOFError) as fault:
            self._drop()
            return broken(_words(fault), after_dot=False)
        if refusal is not None:
            return refusal
        if following and (not self._pipelining or self._unfit(following, len(message))):
            following = None
        return self._body(message, following)

    def abandon(self) -> None:
        """After DATA only a cut connection takes a message back: without its dot it is not taken."""
        if self._announced is not None:
            self._drop()

    def close(self) -> None:
        """QUIT, where the session is between messages."""
        if self.usable and self._announced is None:
            with contextlib.suppress(OSError, EOFError):
                self._socket.settimeout(min(5.0, self._timeout))
                self._write(b"QUIT\r\n")
                self._reply()
        self._drop()

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

    def _begin(self, envelope: Envelope, size: int) -> Outcome | None:
        """MAIL, RCPT and DATA: None when the relay waits for the body, else the refusal.

        In a pipeline all three are answered, whatever the first answer is; a relay may even say 354
        after it refused the only recipient, and then gets an empty message (RFC 2920 §3.1).
        """
        self._socket.settimeout(self._timeout)
        commands = self._commands(envelope, size)
        if self._pipelining and self._announced is None:
            self._write(b"".join(commands))
        self._announced = None
        refusal: Outcome | None = None
        for stage, command in zip((Stage.MAIL, Stage.RCPT, Stage.DATA), commands, strict=True):
            if not self._pipelining:
                self._write(command)
            reply = self._reply()
            if refusal is None:
                refusal = self._judge(stage, reply)
            elif stage is Stage.DATA and reply.code == 354:
                self._write(b".\r\n")
                self._reply()
            if refusal is not None and (not self.usable or not self._pipelining):
                break
        if refusal is not None and self.usable:
            self._write(b"RSET\r\n")
            self._reply()
        return refusal

    def _body(self, message: bytes, following: Envelope | None) -> Outcome:
        """The body to its final dot, the next envelope behind it, and the reply to the dot."""
        octets = message.replace(b"\r\n.", b"\r\n..") if b"\n." in message else message
        if octets.startswith(b"."):
            octets = b"." + octets
        ending = b".\r\n" if octets.endswith(b"\r\n") else b"\r\n.\r\n"
        dot = len(octets) + len(ending)
        behind = self._commands(following, len(message)) if following else ()
        octets = b"".join((octets, ending, *behind))
        handed_over = 0
        try:
            view = memoryview(octets)
            while handed_over < len(octets):
                handed_over += self._socket.send(view[handed_over:])
            self._announced = following
            self._socket.settimeout(self._timeout * _FINAL_DOT_PATIENCE)
            reply = self._reply()
        except (OSError, EOFError) as fault:
            self._drop()
            return broken(_words(fault), after_dot=handed_over >= dot)
        outcome = self._judge(Stage.BODY, reply)
        assert outcome is not None  # noqa: S101 - no reply to the dot asks for more
        return outcome

    def _judge(self, stage: Stage, reply: Reply) -> Outcome | None:
        """`retry.judge`; a session that failed as a whole is over."""
        try:
            outcome = judge(stage, reply)
        except RelayUnavailable:
            self._drop()
            raise
        if outcome is not None and outcome.relay_fault:
            self._drop()
        return outcome

    def _write(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def _reply(self) -> Reply:
        """One reply, of one or many lines (RFC 5321 §4.2); code 0 where it is none."""
        texts: list[str] = []
        for _ in range(_MAX_LINES):
            line = self._replies.readline(_MAX_LINE)
            if line[-1:] != b"\n":
                raise EOFError("the relay hung up" if len(line) < _MAX_LINE else "an endless line")
            match = _REPLY.match(line)
            if not match:
                return Reply(0, f"not an SMTP reply: {_one_line(line.decode(errors='replace'))}")
            code, more, text = match.groups()
            texts.append((text or b"").decode(errors="replace"))
            if more != b"-":
                return Reply(int(code), _one_line(" ".join(texts)))
        raise EOFError("a reply of too many lines")

    def _drop(self) -> None:
        self.usable, self._announced = False, None
        with contextlib.suppress(OSError):
            self._replies.close()
            self._socket.close()


def _words(fault: Exception) -> str:
    return "no answer in time" if isinstance(fault, TimeoutError) else _one_line(str(fault))


def _one_line(text: str) -> str:
    """A relay's words, fit for one line of a report."""
    flat = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(flat.split())[:500]
