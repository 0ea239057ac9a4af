"""What the checks found in the draft of a month when it was rendered last, for the desk."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import moment, stamp

MOST = 6  # months that are kept


@dataclass(frozen=True, slots=True)
class RenderedDraft:
    """One row: a hash of what it was made of, when, the hash that an approval signs, a hash of what its
    editions were made of (empty for frozen ones), the compressed findings, and why it could not be rendered,
    or an empty text."""

    made_of: str
    made_at: datetime
    content_hash: str
    editions: str
    packed: bytes
    fault: str


def get(db: Database, month: Month) -> RenderedDraft | None:
    """That of a month."""
    row = db.conn.execute(
        """SELECT made_of, made_at, content_hash, editions, packed, fault FROM rendered_drafts
            WHERE month = ?""",
        (str(month),),
    ).fetchone()
    return RenderedDraft(row[0], moment(row[1]), *row[2:]) if row else None


def put(db: Database, month: Month, draft: RenderedDraft) -> None:
    """Keep that of a month instead of the one before, and only the newest months."""
    db.conn.execute(
        """INSERT INTO rendered_drafts (month, made_of, made_at, content_hash, editions, packed, fault)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (month) DO UPDATE SET made_of = excluded.made_of, made_at = excluded.made_at,
               content_hash = excluded.content_hash, editions = excluded.editions,
               packed = excluded.packed, fault = excluded.fault""",
        (
            str(month),
            draft.made_of,
            stamp(draft.made_at),
            draft.content_hash,
            draft.editions,
            draft.packed,
            draft.fault,
        ),
    )
    db.conn.execute(
        """DELETE FROM rendered_drafts WHERE month NOT IN
               (SELECT month FROM rendered_drafts ORDER BY made_at DESC, month DESC LIMIT ?)""",
        (MOST,),
    )
