"""Opens, encrypts and authenticates SMTP connections, with the standard library.

The SMTP transaction is in `smtp_session.py`. This module decides how far a relay is trusted: TLS is
required unless it is on this machine, and a password is sent only to a relay whose certificate was
verified, or that is on this machine (X14).
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from alerts.domain.errors import LoginRefused, RelayUnavailable, SettingsError
from alerts.domain.open_transaction import outside
from alerts.mailbox import oauth
from alerts.replies.judge import judge
from alerts.replies.meaning import About, Step
from alerts.replies.remedies import remedy_for
from alerts.text.network_faults import certificate_words
from alerts.transport.allowance import ErrorAllowance
from alerts.transport.connection import Ended
from alerts.transport.smtp_relay import Password, Relay
from alerts.transport.smtp_session import SmtpConnection, fault_words, one_line

__all__ = ["Password", "Relay", "connect"]

_NO_LOGIN = (
    "it offers no login that we can use; set delivery.token_command where it wants OAuth 2"
    " (XOAUTH2, OAUTHBEARER) and only there, leave out the user where it wants none, or use its port"
    " for submission (587, 465)"
)
_MOST_LINES = 1000  # most lines of greeting, EHLO, STARTTLS and AUTH together


def connect(
    relay: Relay, secret: Password, allowance: ErrorAllowance | None = None
) -> SmtpConnection:
    """Open, secure and authenticate a connection; raises `RelayUnavailable` for every failure."""
    outside("a relay is connected to")
    password = secret() if callable(secret) else secret
    where = f"{relay.host}:{relay.port}"
    if relay.user and password is None:
        raise SettingsError(
            f"delivery.relay: no password for {relay.user}; set it as docs/settings.md says"
        )
    try:
        client = _secured(relay)
        if relay.user:
            _log_in(client, relay, password or "")
    except smtplib.SMTPResponseException as fault:
        raise _refused(where, relay.user, fault) from fault
    except ssl.SSLCertVerificationError as fault:
        words = certificate_words(fault.verify_message or "")
        raise LoginRefused(
            f"{where}: its certificate is refused (CERTIFICATE_VERIFY_FAILED): {words}; have it"
            " renewed, or name the host as it does."
        ) from fault
    except smtplib.SMTPNotSupportedError as fault:
        raise LoginRefused(f"{where}: {_NO_LOGIN}") from fault
    except smtplib.SMTPServerDisconnected as fault:
        raise RelayUnavailable(f"{where}: the connection was lost") from fault
    except (OSError, EOFError, smtplib.SMTPException, ValueError) as fault:
        words = fault_words(fault) or "it does not speak SMTP"
        raise RelayUnavailable(f"{where}: {words}") from fault
    return SmtpConnection(client, relay.timeout, allowance)


def _refused(where: str, user: str, fault: smtplib.SMTPResponseException) -> RelayUnavailable:
    """The exception for a reply to EHLO, STARTTLS or AUTH; `LoginRefused` where a person must act."""
    text = fault.smtp_error
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    said = f"{fault.smtp_code} {one_line(words)}"
    if not isinstance(fault, smtplib.SMTPAuthenticationError):
        return RelayUnavailable(f"{where}: {said}")
    meaning = judge(said, step=Step.AUTH)
    refusal = f"{where}: refuses the login of {user}: {said}"
    if fault.smtp_code // 100 == 4 or meaning.about is About.OUR_ACCOUNT_LIMIT:
        return RelayUnavailable(refusal)
    person_needed = LoginRefused(f"{refusal}. {remedy_for(said, meaning)}")
    person_needed.of_password = True
    return person_needed


def _secured(relay: Relay) -> smtplib.SMTP:
    """Connected, greeted, and encrypted as the relay's URL requires.

    Opportunistic encryption is not verified, and falls back to clear text (RFC 7435).
    """
    client = _greeted(relay)
    if relay.tls in ("implicit", "never"):
        return client
    if not client.has_extn("starttls"):
        if relay.tls == "opportunistic":
            return client
        client.close()
        raise Ended("offers no STARTTLS; ?tls=opportunistic goes without, if you accept that")
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
    """Connected, in clear text except for smtps, and greeted."""
    if relay.tls == "implicit":
        client: smtplib.SMTP = _TlsClient(
            relay.host, relay.port, timeout=relay.timeout, context=relay.context
        )
    else:
        client = _Client(relay.host, relay.port, timeout=relay.timeout)
    with _closed_if_it_fails(client):
        client.ehlo_or_helo_if_needed()
    return client


def _log_in(client: smtplib.SMTP, relay: Relay, password: str) -> None:
    with _closed_if_it_fails(client):
        offered = client.esmtp_features.get("auth", "").upper().split()
        if relay.oauth:
            mechanism = oauth.chosen(offered)
            if mechanism is None:
                raise smtplib.SMTPNotSupportedError
            client.auth(
                mechanism, oauth.Answers(mechanism, relay.user, relay.host, relay.port, password)
            )
            return
        if not {"PLAIN", "LOGIN", "CRAM-MD5"} & set(offered):
            raise smtplib.SMTPNotSupportedError
        client.login(relay.user, password)


@contextmanager
def _closed_if_it_fails(client: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        client.close()
        raise


class _Client(smtplib.SMTP):
    """The standard library's client with a limit on the number of lines, which it lacks."""

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        return super().getreply()


class _TlsClient(_Client, smtplib.SMTP_SSL):
    """The same for smtps."""


class _Bounded:
    """A reader with a limit on the number of lines."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, _MOST_LINES
        self.close = file.close

    def readline(self, most: int) -> bytes:
        """The same as for a file."""
        self._left -= 1
        if self._left < 0:
            raise OSError("the relay sends endless lines")
        return self._file.readline(most)


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
