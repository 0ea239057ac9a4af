"""The template of an edition, made once, and the messages made of it, in microseconds each."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from alerts.config.settings import Settings
from alerts.domain.delivery import Envelope, Owed
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.mail import tokens
from alerts.mail.body import FILL, Base64Part, Fill, lines, part
from alerts.mail.headers import clean, head, mailbox
from alerts.mail.issue_headers import Frame
from alerts.mail.pictures import by_cid, related
from alerts.store import link_numbers

UNCOUNTED = "/n"  # what ends the links of readers who said no to being counted
Sign = Callable[[bytes], bytes]
"""A finished message → the header fields to put in front of it."""


def template(edition: Edition, frame: Frame, queued_at: datetime) -> bytes:
    """The message of an edition, with slots; the same bytes for the same arguments."""
    domain = frame.from_address.rpartition("@")[2]
    boundary, body = multipart(edition, f"{frame.month}\0{edition.language}", domain)
    return head(edition, frame, queued_at, boundary) + b"\r\n" + body


def multipart(edition: Edition, salt: str, domain: str = "") -> tuple[str, bytes]:
    """The boundary and the body of a message, text first (S14); the boundary follows from body and `salt`.

    The body has the slots of the edition. `domain` is that of the Content-IDs of its pictures, where it
    has some.
    """
    carried = edition.pictures if edition.inline else ()
    text, page = lines(edition.text), lines(by_cid(edition.html, carried, domain))
    digest = hashlib.sha256(f"{salt}\0{text}\0{page}".encode())
    boundary = f"=_{digest.hexdigest()[:32]}"
    line = b"--%s" % boundary.encode()
    shown = related(part(page, "html"), carried, digest.hexdigest()[32:], domain)
    parts = [b"%s\r\n%s\r\n" % (line, each) for each in (part(text, "plain"), shown)]
    return boundary, b"".join((*parts, line, b"--\r\n"))


class Merge:
    """Makes the messages of one edition. Holds the edition's bytes; no other state."""

    def __init__(
        self,
        edition_template: bytes,
        frame: Frame,
        secret_id: int,
        secret: bytes,
        language: str,
        sign: Sign | None = None,
        *,
        mark: int = 0,
        purpose: tokens.Purpose = tokens.Purpose.DELIVERY,
    ) -> None:
        """`mark` is the issue's mark, or 0 for an issue that was frozen before marks existed, and where
        `Owed` has the whole numbers. `purpose` is that of return paths and Message-IDs."""
        self._purpose = purpose
        self._secret_id, self._secret, self._sign, self._mark = secret_id, secret, sign, mark
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
            if name == "browser_url":  # the same for all readers of this edition
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
        token = self._token(self._purpose, self._numbers(owed)[0])
        return Envelope(f"{local}+{token}@{domain}", owed.email)

    def message(self, owed: Owed) -> bytes:
        """The message for one recipient: the same bytes each time for the same delivery."""
        delivery, person = self._numbers(owed)
        leave = self._token(tokens.Purpose.UNSUBSCRIBE, person)
        choose = self._token(tokens.Purpose.PREFERENCES, person)
        values = {
            "to": mailbox(owed.name, owed.email, len("To: ")) if owed.name else owed.email,
            "message_id": f"{self._token(self._purpose, delivery)}@{self._id_domain}",
            "unsubscribe_url": f"{self._base_url}/unsubscribe/{leave}",
            "unsubscribe_address": f"{quote(self._leave[0], safe='')}%2B{leave}@{self._leave[2]}",
            "preferences_url": f"{self._base_url}/preferences/{choose}",
            "address": owed.email,
            "name": clean(owed.name) if owed.name else "",
            "uncounted": UNCOUNTED if owed.uncounted else "",
        }
        pieces = self._pieces.copy()
        for index, fill, name, fallback in self._slots:
            pieces[index] = fill(values[name], fallback)
        for index, content in self._parts:
            pieces[index] = content.fill(values)
        message = b"".join(pieces)
        return self._sign(message) + message if self._sign else message

    def _numbers(self, owed: Owed) -> tuple[int, int]:
        """The numbers of the delivery and of its reader, in links and return paths."""
        if not self._mark:
            return owed.id, owed.subscriber_id
        person = link_numbers.person(owed.subscriber_id, owed.mark)
        return link_numbers.delivery(owed.id, self._mark, person), person

    def _token(self, purpose: tokens.Purpose, number: int) -> str:
        return tokens.sign(self._secret_id, self._secret, purpose, number)


def sample(edition: Edition, settings: Settings, month: Month, now: datetime) -> bytes:
    """A message for a made-up reader, for `alerts render` and the linter."""
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
    """A message without a delivery, for a preview or a test. `number` makes its Message-ID.

    Its tokens are not signed with a key of the project, so its personal links do not work and its
    bounces are ignored.
    """
    frame = Frame.of(settings, month)
    reader = Owed(number, 0, 0, recipient, "", 0)
    merge = Merge(template(edition, frame, now), frame, 0, bytes(32), edition.language, sign)
    return merge.envelope(reader), merge.message(reader)
