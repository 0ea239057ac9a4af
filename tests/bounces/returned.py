"""Genuine bounces of a project's own messages, without the sending."""

from dataclasses import dataclass
from pathlib import Path

from alerts.mail.tokens import Purpose, sign
from alerts.store import link_numbers, signing_keys
from tests.factories import add_subscribers, database, queue_issue


@dataclass(frozen=True)
class Bounce:
    """A reader's address, the return path of their copy, and the mail that came back to that."""

    reader: str
    path: str
    message: bytes


def bounces(project: Path, number: int) -> list[Bounce]:
    """Queue an issue to that many readers, and have each copy come back: user unknown."""
    db = database(project)
    add_subscribers(db, number)
    queue_issue(project, db)
    keys = signing_keys.all_secrets(db)
    rows = db.execute(
        """SELECT d.id, i.mark, s.id, s.mark, s.email FROM deliveries AS d
             JOIN issues AS i ON i.id = d.issue_id JOIN subscribers AS s ON s.id = d.subscriber_id"""
    ).fetchall()
    db.close()
    found = []
    for id_, issue_mark, person, mark, email in rows:
        number = link_numbers.delivery(id_, issue_mark, link_numbers.person(person, mark))
        found.append(_bounce(email, sign(max(keys), keys[max(keys)], Purpose.DELIVERY, number)))
    return found


def _bounce(reader: str, token: str) -> Bounce:
    """As servers send it that do not repeat the return path in To."""
    message = (
        "From: MAILER-DAEMON@mx.example.com\r\nTo: postmaster@example.org\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\n\r\nIt could not be delivered.\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {reader}\r\nAction: failed\r\n"
        "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--x--\r\n"
    )
    return Bounce(reader, f"alerts+{token}@example.org", message.encode())


def suppressed(project: Path) -> set[str]:
    """The addresses that the database holds back, read by a connection of its own."""
    db = database(project)
    found = {row[0] for row in db.execute("SELECT email_key FROM suppressions").fetchall()}
    db.close()
    return found
