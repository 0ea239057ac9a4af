"""The message of a notice: one mail to one person, about their own subscription.

Like the messages of an issue it has CRLF line ends, is 7-bit clean, and holds no header but ours
(X1). It is not bulk mail: no List-Unsubscribe, and Auto-Submitted so that nobody answers it (S11).
"""

from datetime import UTC, datetime
from email.utils import format_datetime

from alerts.message import Frame, mailbox, multipart, unstructured
from alerts.message.head import header
from alerts.message.merge import Sign
from alerts.model import Edition


def notice(
    letter: Edition,
    frame: Frame,
    email: str,
    token: str,
    created_at: datetime,
    sign: Sign | None = None,
) -> bytes:
    """The message to `email`; `token` makes its Message-ID. The same bytes for the same arguments."""
    boundary, body = multipart(letter, token)
    headers = (
        ("From", mailbox(frame.from_name, frame.from_address, len("From: "))),
        ("To", email),
        ("Reply-To", frame.reply_to or frame.from_address),
        ("Subject", unstructured(letter.subject, len("Subject: "))),
        ("Date", format_datetime(created_at.astimezone(UTC))),
        ("Message-ID", f"<{token}@{frame.from_address.rpartition('@')[2]}>"),
        ("MIME-Version", "1.0"),
        ("Content-Language", letter.language),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    )
    message = b"".join(header(name, value) for name, value in headers) + b"\r\n" + body
    return sign(message) + message if sign else message
