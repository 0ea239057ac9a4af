"""The mail to an admin about an incident: plain text, the same bytes each time it is made (X1, S11)."""

import quopri
from datetime import UTC, datetime
from email.utils import format_datetime

from alerts.domain.printable import printable
from alerts.mail.headers import header, mailbox, unstructured
from alerts.mail.merge import Sign


def incident_mail(
    name: str,
    sender: str,
    recipient: str,
    subject: str,
    lines: tuple[str, ...],
    token: str,
    at: datetime,
    sign: Sign | None = None,
) -> bytes:
    """The message from `name` <`sender`>; `token` makes its Message-ID, `at` its Date."""
    text = "\n\n".join(printable(" ".join(line.split())) for line in lines if line)
    body = quopri.encodestring(f"{text}\n".encode()).replace(b"\n", b"\r\n")
    headers = (
        ("From", mailbox(name, sender, len("From: "))),
        ("To", recipient),
        ("Subject", unstructured(subject, len("Subject: "))),
        ("Date", format_datetime(at.astimezone(UTC))),
        ("Message-ID", f"<{token}@{sender.rpartition('@')[2]}>"),
        ("MIME-Version", "1.0"),
        ("Content-Language", "en"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    )
    message = b"".join(header(key, value) for key, value in headers) + b"\r\n" + body
    return sign(message) + message if sign else message
