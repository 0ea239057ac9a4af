"""The message of a notice: one mail to one person, about their own subscription.

Like the messages of an issue it has CRLF line ends, is 7-bit clean, and holds only our own headers
(X1). It is not bulk mail: no List-Unsubscribe, but Auto-Submitted, to prevent automatic replies (S11).
"""

from datetime import UTC, datetime
from email.utils import format_datetime

from alerts.domain.issue import Edition
from alerts.mail.headers import header, mailbox, unstructured
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Sign, multipart


def notice(
    edition: Edition,
    frame: Frame,
    email: str,
    token: str,
    created_at: datetime,
    sign: Sign | None = None,
) -> bytes:
    """The message to `email`; `token` makes its Message-ID. The same arguments give the same bytes."""
    boundary, body = multipart(edition, token)
    headers = (
        ("From", mailbox(frame.name_in(edition.language), frame.from_address, len("From: "))),
        ("To", email),
        ("Reply-To", frame.reply_to or frame.from_address),
        ("Subject", unstructured(edition.subject, len("Subject: "))),
        ("Date", format_datetime(created_at.astimezone(UTC))),
        ("Message-ID", f"<{token}@{frame.from_address.rpartition('@')[2]}>"),
        ("MIME-Version", "1.0"),
        ("Content-Language", edition.language),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    )
    message = b"".join(header(name, value) for name, value in headers) + b"\r\n" + body
    return sign(message) + message if sign else message
