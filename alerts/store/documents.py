"""The PDF files of frozen editions, and which editions lack what is made of them after they are frozen."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlite_utils import Database

from alerts.domain.month import Month


class Lacking(NamedTuple):
    """An edition of which something was not drawn yet."""

    issue_id: int
    month: Month
    language: str


def editions_without(db: Database, table: str, month: Month | None) -> Sequence[Lacking]:
    """The frozen editions, of that month or of all, that have no row in `table`; newest first."""
    rows = db.conn.execute(
        f"""SELECT i.id, i.month, e.language FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
             WHERE e.version = i.shown AND e.sections = '[]'
               AND (:month = '' OR i.month = :month)
               AND NOT EXISTS (SELECT 1 FROM {table} AS t
                                WHERE t.issue_id = i.id AND t.language = e.language)
             ORDER BY i.month DESC, e.id""",  # noqa: S608 - names of ours
        {"month": str(month or "")},
    )
    return [Lacking(number, Month.parse(name), language) for number, name, language in rows]


def lacking(db: Database, month: Month | None = None) -> Sequence[Lacking]:
    """The editions of which no PDF file was tried to be made."""
    return editions_without(db, "issue_documents", month)


def keep(db: Database, edition: Lacking, pdf: bytes) -> None:
    """Keep the PDF file of an edition; empty: none could be made."""
    db.conn.execute(
        """INSERT INTO issue_documents (issue_id, language, pdf) VALUES (?, ?, ?)
           ON CONFLICT DO NOTHING""",
        (edition.issue_id, edition.language, pdf),
    )


def forget_failures(db: Database) -> None:
    """Have the files tried again that could not be made."""
    db.conn.execute("DELETE FROM issue_documents WHERE pdf = x''")


def get(db: Database, month: Month, language: str) -> bytes:
    """The PDF file of an edition, or nothing."""
    row = db.conn.execute(
        """SELECT d.pdf FROM issue_documents AS d JOIN issues AS i ON i.id = d.issue_id
            WHERE i.month = ? AND d.language = ?""",
        (str(month), language),
    ).fetchone()
    return bytes(row[0]) if row else b""


def exists(db: Database, month: Month, language: str) -> bool:
    """True where there is one."""
    row = db.conn.execute(
        """SELECT length(d.pdf) > 0 FROM issue_documents AS d JOIN issues AS i ON i.id = d.issue_id
            WHERE i.month = ? AND d.language = ?""",
        (str(month), language),
    ).fetchone()
    return bool(row and row[0])
