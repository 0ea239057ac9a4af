"""Pictures of ours: kept once each by their SHA-256, as long as something shows them.

A picture is shown by a frozen issue, for good, or by an original (`picture_originals.py`) that an open
issue uses. Nothing else keeps one: `sweep` deletes it.
"""

import hashlib
from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.domain.picture import Picture


def put(db: Database, picture: Picture) -> str:
    """Keep a picture; returns its SHA-256. The same again is no change."""
    sha256 = picture.name.partition(".")[0]
    db.conn.execute(
        """INSERT INTO pictures (sha256, type, width, height, octets) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING""",
        (sha256, picture.type, picture.width, picture.height, picture.octets),
    )
    return sha256


def get(db: Database, name: str) -> Picture | None:
    """The picture of that name, or None."""
    sha256, _, _ = name.partition(".")
    row = db.conn.execute(
        "SELECT type, width, height, octets FROM pictures WHERE sha256 = ?", (sha256,)
    ).fetchone()
    picture = Picture(*row) if row else None
    return picture if picture and picture.name == name else None


def freeze(db: Database, issue_id: int, shown: Iterable[Picture]) -> None:
    """Keep the pictures that a frozen issue shows with it. Within the transaction that freezes it."""
    for picture in shown:
        db.conn.execute(
            "INSERT INTO issue_pictures (issue_id, sha256) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (issue_id, put(db, picture)),
        )


_OF_ISSUE = """
    SELECT p.sha256, p.type, p.width, p.height, p.octets FROM issue_pictures AS ip
      JOIN pictures AS p ON p.sha256 = ip.sha256 JOIN issues AS i ON i.id = ip.issue_id
"""


def of_issue(db: Database, month: Month) -> Mapping[str, Picture]:
    """The pictures of a frozen issue, by name."""
    rows = db.conn.execute(f"{_OF_ISSUE} WHERE i.month = ? ORDER BY p.sha256", (str(month),))
    pictures = (Picture(*row[1:]) for row in rows.fetchall())
    return {picture.name: picture for picture in pictures}


def names_of_issue(db: Database, month: Month) -> frozenset[str]:
    """Their names alone."""
    rows = db.conn.execute(
        """SELECT ip.sha256 || CASE p.type WHEN 'image/png' THEN '.png' ELSE '.jpg' END
             FROM issue_pictures AS ip JOIN pictures AS p ON p.sha256 = ip.sha256
             JOIN issues AS i ON i.id = ip.issue_id WHERE i.month = ?""",
        (str(month),),
    )
    return frozenset(name for (name,) in rows.fetchall())


def altered(db: Database, month: Month) -> tuple[str, ...]:
    """The pictures of a frozen issue that are not what they were, or are gone, by their SHA-256."""
    rows = db.conn.execute(
        """SELECT ip.sha256, p.octets FROM issue_pictures AS ip
             LEFT JOIN pictures AS p ON p.sha256 = ip.sha256
             JOIN issues AS i ON i.id = ip.issue_id WHERE i.month = ? ORDER BY ip.sha256""",
        (str(month),),
    )
    return tuple(
        sha256
        for sha256, octets in rows
        if octets is None or hashlib.sha256(octets).hexdigest() != sha256
    )


def sweep(db: Database) -> int:
    """Delete the pictures that nothing shows any more; returns how many."""
    return db.conn.execute(
        """DELETE FROM pictures
            WHERE NOT EXISTS (SELECT 1 FROM issue_pictures AS i WHERE i.sha256 = pictures.sha256)
              AND NOT EXISTS (SELECT 1 FROM picture_versions AS v WHERE v.sha256 = pictures.sha256)
              AND NOT EXISTS (SELECT 1 FROM picture_originals AS o WHERE o.master = pictures.sha256)"""
    ).rowcount
