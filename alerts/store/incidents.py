"""Incidents that admins are told of, and the mails about them: each is mailed once to each admin.

What was found is compared with what is open in one transaction, which also queues the mails, so a kill
leaves both or neither. A mail is settled after the relay's reply; its bytes are the same each time, so one
that is repeated after a crash between the reply and the commit has the same Message-ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.store import moment, stamp, transaction


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that an admin must know: its kind, what it is about, in words, and what to do."""

    kind: str
    subject: str
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """A trouble that was found, and when it was over, if it is."""

    id: int
    trouble: Trouble
    opened_at: datetime
    healed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwedIncidentMail:
    """A mail that is to be sent: `turn` is opened or healed."""

    incident: Incident
    turn: str
    recipient: str


_COLUMNS = "i.id, i.kind, i.subject, i.words, i.remedy, i.opened_at, i.healed_at"


def update(
    db: Database, found: Sequence[Trouble], admins: Sequence[str], now: datetime
) -> tuple[int, int]:
    """Open what is new, close what is over, and queue a mail about each to each of `admins`; how many were
    opened and closed. Who was not mailed of the opening yet is mailed of neither."""
    before = {(one.trouble.kind, one.trouble.subject): one for one in open_ones(db)}
    after = {(one.kind, one.subject): one for one in found}
    new = [after[key] for key in after.keys() - before.keys()]
    over = [before[key] for key in before.keys() - after.keys()]
    if not new and not over:
        return 0, 0
    with transaction(db):
        for one in sorted(new, key=lambda trouble: (trouble.kind, trouble.subject)):
            cursor = db.conn.execute(
                """INSERT INTO incidents (kind, subject, words, remedy, opened_at)
                   VALUES (?, ?, ?, ?, ?)""",
                (one.kind, one.subject, one.words, one.remedy, stamp(now)),
            )
            _queue(db, int(cursor.lastrowid or 0), "opened", admins, now)
        for incident in over:
            db.conn.execute(
                "UPDATE incidents SET healed_at = ? WHERE id = ?", (stamp(now), incident.id)
            )
            db.conn.execute(
                """UPDATE incident_mails SET state = 'dropped', changed_at = ?
                    WHERE incident_id = ? AND state = 'queued'""",
                (stamp(now), incident.id),
            )
            told = db.conn.execute(
                "SELECT recipient FROM incident_mails WHERE incident_id = ? AND state = 'sent'",
                (incident.id,),
            ).fetchall()
            _queue(db, incident.id, "healed", [recipient for (recipient,) in told], now)
    return len(new), len(over)


def _queue(
    db: Database, incident_id: int, turn: str, recipients: Sequence[str], now: datetime
) -> None:
    db.conn.executemany(
        """INSERT INTO incident_mails (incident_id, turn, recipient, changed_at)
           VALUES (?, ?, ?, ?)""",
        [(incident_id, turn, recipient, stamp(now)) for recipient in recipients],
    )


def open_ones(db: Database) -> Sequence[Incident]:
    """The incidents that are not over, oldest first."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM incidents AS i WHERE i.healed_at = '' ORDER BY i.id"  # noqa: S608
    )
    return [_incident(row) for row in rows.fetchall()]


def owed_mails(db: Database) -> Sequence[OwedIncidentMail]:
    """The mails that are to be sent, in the order of what they tell."""
    rows = db.conn.execute(
        f"""SELECT m.turn, m.recipient, {_COLUMNS}
              FROM incident_mails AS m JOIN incidents AS i ON i.id = m.incident_id
             WHERE m.state = 'queued' ORDER BY m.changed_at, i.id, m.recipient"""  # noqa: S608
    )
    return [
        OwedIncidentMail(_incident(row), turn, recipient)
        for turn, recipient, *row in rows.fetchall()
    ]


def settle(db: Database, mail: OwedIncidentMail, state: str, reply: str, now: datetime) -> None:
    """Keep what became of a mail: sent, failed, or still queued with the relay's reply."""
    with transaction(db):
        db.conn.execute(
            """UPDATE incident_mails SET state = ?, reply = ?, changed_at = ?
                WHERE incident_id = ? AND turn = ? AND recipient = ? AND state = 'queued'""",
            (state, reply, stamp(now), mail.incident.id, mail.turn, mail.recipient),
        )


def note_backup(db: Database, now: datetime) -> None:
    """Keep that a backup was made."""
    with transaction(db):
        db.conn.execute(
            """INSERT INTO backed_up (id, at) VALUES (1, ?)
               ON CONFLICT (id) DO UPDATE SET at = excluded.at""",
            (stamp(now),),
        )


def last_backup(db: Database) -> datetime | None:
    """When `alerts backup` last made one; None if it never did."""
    row = db.conn.execute("SELECT at FROM backed_up").fetchone()
    return moment(row[0]) if row else None


def _incident(row: Sequence[str]) -> Incident:
    number, kind, subject, words, remedy, opened_at, healed_at = row
    healed = moment(healed_at) if healed_at else None
    return Incident(int(number), Trouble(kind, subject, words, remedy), moment(opened_at), healed)
