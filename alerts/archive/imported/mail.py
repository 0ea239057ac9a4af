"""An old issue as a message in a file (RFC 5322): its words, and what it says of the reader who got it."""

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses

from alerts.archive.imported.personal import Reader
from alerts.archive.imported.words import OldWords, read_html, read_text
from alerts.domain.errors import InputError
from alerts.domain.organisational_domain import organisational_domain
from alerts.text.decoding import charset_of, received

_READER_FIELDS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_URL = re.compile(r"https?://[^\s<>,]+")


@dataclass(frozen=True, slots=True)
class OldMail:
    """What was read of a message; `reader` is whom the copy was for."""

    subject: str
    date: str
    language: str
    words: OldWords
    reader: Reader


def read_mail(octets: bytes, place: str) -> OldMail:
    """The message in a file; raises `InputError`."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(octets)
        assert isinstance(message, EmailMessage)  # noqa: S101 - by the policy
        words = _words(message)
        people = getaddresses([v for f in _READER_FIELDS for v in map(str, message.get_all(f, []))])
        senders = getaddresses([str(message.get("from", ""))])
        service = _URL.findall(str(message.get("list-unsubscribe", "")))
        subject, date = str(message.get("subject", "")), str(message.get("date", ""))
        language = str(message.get("content-language", ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise InputError(f"{place}: a message that cannot be read; save it again") from fault
    names = [name for name, _ in people if name and "@" not in name]
    firsts = [name.split()[0] for name in names if len(name.split()[0]) > 2]
    ours = frozenset(
        organisational_domain(one.rpartition("@")[2].lower()) for _, one in senders if one
    )
    reader = Reader([one for _, one in people if one], (*names, *firsts), tuple(service), ours)
    return OldMail(subject, date, language.split(",")[0].strip(), words, reader)


def _words(message: EmailMessage) -> OldWords:
    """The words of the HTML of a message, or else of its text."""
    for kind, read in (("html", read_html), ("plain", read_text)):
        part = message.get_body((kind,))
        if part is not None:
            octets = part.get_payload(decode=True)
            if isinstance(octets, bytes) and octets.strip():
                return read(received(octets, charset_of(str(part.get("content-type", "")))))
    return OldWords()
