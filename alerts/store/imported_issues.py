"""Imported issues: those of an earlier system, kept for the archive alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from json import loads

from sqlite_utils import Database

from alerts.domain.archived import Hit, hashes
from alerts.domain.imported import ImportedIssue, ImportedWithdrawal
from alerts.domain.month import Month
from alerts.store import moment, stamp
from alerts.store.archive import marked, quoted

# a subject may say what was withdrawn
_SHOWN = "key, language, CASE withdrawn_at WHEN '' THEN subject ELSE key END"


def known(db: Database, source: str) -> str:
    """The key of the issue that was imported from a file with that SHA-256; empty for none."""
    row = db.conn.execute("SELECT key FROM imported_issues WHERE source = ?", (source,)).fetchone()
    return row[0] if row else ""


def taken(db: Database) -> set[tuple[str, str]]:
    """The keys that are there, each with its language."""
    return set(db.conn.execute("SELECT key, language FROM imported_issues").fetchall())


def add(db: Database, issue: ImportedIssue, file: str, source: str, now: datetime) -> None:
    """Store an issue, in a transaction; `file` names where it is from, `source` is its SHA-256."""
    kept = hashes(issue.subject, "", issue.html, issue.text)
    words = (issue.key, issue.language, issue.subject, issue.html, issue.text)
    cursor = db.conn.execute(
        """INSERT INTO imported_issues (key, language, subject, html, text, file, source, hashes,
                                        imported_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (*words, file, source, kept, stamp(now)),
    )
    db.conn.execute(
        "INSERT INTO imported_words (rowid, subject, text) VALUES (?, ?, ?)",
        (cursor.lastrowid, issue.subject, issue.text),
    )


def listed(db: Database) -> Sequence[ImportedIssue]:
    """Every imported issue without its words, the newest first, in the order they were imported."""
    rows = db.conn.execute(f"SELECT {_SHOWN} FROM imported_issues ORDER BY key DESC, id")  # noqa: S608
    return [ImportedIssue(*row) for row in rows.fetchall()]


def get(db: Database, key: str, language: str) -> ImportedIssue | None:
    """One with its words, which are empty while it is withdrawn."""
    row = db.conn.execute(
        f"""SELECT {_SHOWN}, iif(withdrawn_at = '', html, ''), iif(withdrawn_at = '', text, '')
              FROM imported_issues WHERE key = ? AND language = ?""",  # noqa: S608
        (key, language),
    ).fetchone()
    return ImportedIssue(*row) if row else None


def search(db: Database, question: str, language: str, most: int) -> Sequence[Hit]:
    """The imported issues that contain every word, best match first; as `archive.search`."""
    words = quoted(question)
    if not words:
        return []
    rows = db.conn.execute(
        """SELECT i.key, i.language, highlight(imported_words, 0, char(2), char(3)),
                  snippet(imported_words, 1, char(2), char(3), '…', 40)
             FROM imported_words JOIN imported_issues AS i ON i.id = imported_words.rowid
            WHERE imported_words MATCH :words AND withdrawn_at = ''
              AND (:language = '' OR i.language = :language)
            ORDER BY bm25(imported_words, 4.0, 1.0), i.key DESC, i.id LIMIT :most""",
        {"words": words, "language": language, "most": most},
    ).fetchall()
    return [
        Hit(Month.parse(key[:7]), tag, "", marked(subject), tag, marked(text), tag, key)
        for key, tag, subject, text in rows
    ]


def altered(db: Database) -> Iterator[tuple[Month, str, tuple[str, ...]]]:
    """Every imported issue by month and name, with its altered parts; as `archive.altered`."""
    rows = db.conn.execute(
        "SELECT key, language, subject, html, text, hashes FROM imported_issues ORDER BY key, id"
    )
    for key, language, subject, html, text, kept in rows.fetchall():
        now, then = loads(hashes(subject, "", html, text)), loads(kept)
        parts = tuple(name for name in now if now[name] != then.get(name))
        yield Month.parse(key[:7]), f"{language}, imported {key}", parts


def withdrawal(db: Database, key: str) -> ImportedWithdrawal | None:
    """The withdrawal of an imported issue; None where it is shown."""
    return next((one for one in withdrawn(db) if one.key == key), None)


def withdrawn(db: Database) -> Sequence[ImportedWithdrawal]:
    """The withdrawn imported issues, the newest first."""
    rows = db.conn.execute(
        """SELECT key, why, withdrawn_by, withdrawn_at, max(erased) FROM imported_issues
            WHERE withdrawn_at <> '' GROUP BY key ORDER BY key DESC"""
    )
    return [
        ImportedWithdrawal(key, why, by, moment(at), bool(erased))
        for key, why, by, at, erased in rows.fetchall()
    ]


def withdraw(db: Database, one: ImportedWithdrawal) -> int:
    """Show an issue no more, in all its languages; returns in how many. What was erased stays erased."""
    if one.erased:
        _erase(db, one.key)
    return db.conn.execute(
        """UPDATE imported_issues SET withdrawn_at = iif(withdrawn_at = '', ?, withdrawn_at),
                  withdrawn_by = ?, why = ? WHERE key = ?""",
        (stamp(one.at), one.by, one.why, one.key),
    ).rowcount


def show_again(db: Database, key: str) -> int:
    """Undo a withdrawal; returns in how many languages."""
    return db.conn.execute(
        """UPDATE imported_issues SET withdrawn_at = '', withdrawn_by = '', why = ''
            WHERE key = ? AND withdrawn_at <> ''""",
        (key,),
    ).rowcount


def _erase(db: Database, key: str) -> None:
    """Delete the words of an issue, and from the search; the row stays, so that it is not imported again."""
    db.conn.execute(
        """INSERT INTO imported_words (imported_words, rowid, subject, text)
           SELECT 'delete', id, subject, text FROM imported_issues WHERE key = ? AND erased = 0""",
        (key,),
    )
    db.conn.execute(
        """UPDATE imported_issues SET erased = 1, subject = '', html = '', text = '', file = '', hashes = ?
            WHERE key = ?""",
        (hashes("", "", "", ""), key),
    )
