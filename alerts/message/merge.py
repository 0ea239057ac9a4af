"""The template of an edition, made once; and its messages, each made of it in microseconds."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from alerts import tokens
from alerts.message.body import FILL, Base64Part, Fill, lines, part
from alerts.message.frame import Frame
from alerts.message.head import clean, head, mailbox
from alerts.model import Edition, Envelope, Month, Owed
from alerts.settings import Settings

Sign = Callable[[bytes], bytes]
"""A finished message → the header fields that are put in front of it."""


def template(edition: Edition, frame: Frame, queued_at: datetime) -> bytes:
    """The message of an edition, with slots; the same bytes for the same arguments."""
    boundary, body = multipart(edition, f"{frame.month}\0{edition.language}")
    return head(edition, frame, queued_at, boundary) + b"\r\n" + body


def multipart(edition: Edition, salt: str) -> tuple[str, bytes]:
    """The body of a message, text first (S14), and its boundary, which follows from it and `salt`.

    It has slots where the edition has, and is finished where there are none.
    """
    text, page = lines(edition.text), lines(edition.html)
    digest = hashlib.sha256(f"{salt}\0{text}\0{page}".encode())
    boundary = f"=_{digest.hexdigest()[:32]}"
    line = b"--%s" % boundary.encode()
    parts = [b"%s\r\n%s\r\n" % (line, part(*each)) for each in ((text, "plain"), (page, "html"))]
    return boundary, b"".join((*parts, line, b"--\r\n"))


class Merge:
    """Makes the messages of one edition. Holds the edition's bytes once; no state else."""

    def __init__(
        self,
        edition_template: bytes,
        frame: Frame,
        secret_id: int,
        secret: bytes,
        language: str,
        sign: Sign | None = None,
    ) -> None:
        self._secret_id, self._secret, self._sign = secret_id, secret, sign
        self._base_url = frame.base_url
        self._bounces = frame.bounces.rpartition("@")
        self._leave = frame.unsubscribe.rpartition("@")
        self._id_domain = frame.from_address.rpartition("@")[2]
        browser_url = f"{frame.base_url}/archive/{frame.month}/{language}"
        self._pieces: list[bytes] = [b""]
        self._slots: list[tuple[int, Fill, str, bytes]] = []
        self._parts: list[tuple[int, Base64Part]] = []
        for index, piece in enumerate(edition_template.split(b"\0")):
            if index % 2 == 0:
                self._pieces[-1] += piece
                continue
            kind, name, *rest = piece.decode().split(":", 2)
            if name == "browser_url":  # the same for everyone who reads this edition
                self._pieces[-1] += FILL[kind](browser_url, b"")
                continue
            if kind == "base64":
                self._parts.append((len(self._pieces), Base64Part(rest[0], name, browser_url)))
            else:
                self._slots.append((len(self._pieces), FILL[kind], name, "".join(rest).encode()))
            self._pieces += [b"", b""]

    def envelope(self, owed: Owed) -> Envelope:
        """MAIL FROM with VERP (S16), and RCPT TO."""
        local, _, domain = self._bounces
        token = self._token(tokens.Purpose.DELIVERY, owed.id)
        return Envelope(f"{local}+{token}@{domain}", owed.email)

    def message(self, owed: Owed) -> bytes:
        """The message for one recipient: the same bytes each time for the same delivery."""
        leave = self._token(tokens.Purpose.UNSUBSCRIBE, owed.subscriber_id)
        choose = self._token(tokens.Purpose.PREFERENCES, owed.subscriber_id)
        values = {
            "to": mailbox(owed.name, owed.email, len("To: ")) if owed.name else owed.email,
            "message_id": f"{self._token(tokens.Purpose.DELIVERY, owed.id)}@{self._id_domain}",
            "unsubscribe_url": f"{self._base_url}/unsubscribe/{leave}",
            "unsubscribe_address": f"{quote(self._leave[0], safe='')}%2B{leave}@{self._leave[2]}",
            "preferences_url": f"{self._base_url}/preferences/{choose}",
            "address": owed.email,
            "name": clean(owed.name) if owed.name else "",
        }
        pieces = self._pieces.copy()
        for index, fill, name, fallback in self._slots:
            pieces[index] = fill(values[name], fallback)
        for index, content in self._parts:
            pieces[index] = content.fill(values)
        message = b"".join(pieces)
        return self._sign(message) + message if self._sign else message

    def _token(self, purpose: tokens.Purpose, number: int) -> str:
        return tokens.sign(self._secret_id, self._secret, purpose, number)


def sample(edition: Edition, settings: Settings, month: Month, now: datetime) -> bytes:
    """A message as a made-up reader would get it, for `alerts render` and the linter."""
    return copy(edition, settings, month, now, "reader@example.org", 0)[1]


def copy(
    edition: Edition,
    settings: Settings,
    month: Month,
    now: datetime,
    recipient: str,
    number: int,
    sign: Sign | None = None,
) -> tuple[Envelope, bytes]:
    """A message that is owed to nobody: for a preview or a test. `number` makes its Message-ID.

    Its tokens are made with no key of ours, so its personal links lead nowhere and its bounces mean
    nobody.
    """
    frame = Frame.of(settings, month)
    reader = Owed(number, 0, 0, recipient, "", 0)
    merge = Merge(template(edition, frame, now), frame, 0, bytes(32), edition.language, sign)
    return merge.envelope(reader), merge.message(reader)
