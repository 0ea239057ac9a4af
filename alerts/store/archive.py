"""The archive: editions of issues that are queued or sent, their articles, and a full-text index.

It contains only frozen issues, so no draft is ever shown; of each, the newest version. Search texts of
visitors are passed to FTS5 as quoted words, so they cannot contain syntax (X17).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from sqlite_utils import Database

from alerts.domain.archived import ArchivedArticle, Hit, Marked, Past, hashes
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.store import moment, pictures

MOST_WORDS = 12  # most words of a query; further words are ignored
ALIKE = 8  # most editions of a month that may have an article with the same text
# Of a version that is shown: the newest that was frozen and not recalled before anybody got it.
_SHOWN = """a.version = i.shown
            AND NOT EXISTS (SELECT 1 FROM withdrawals AS w
                             WHERE w.issue_id = i.id AND w.article_id IN ('', a.article_id))"""
_WHOLE = "e.version = i.shown AND e.sections = '[]'"  # editions of some sections only are not shown
_EDITIONS = """editions AS e JOIN issues AS i ON i.id = e.issue_id
               LEFT JOIN shown_editions AS s ON s.edition_id = e.id"""


def add(db: Database, issue_id: int, language: str, pieces: Iterable[ArchivedArticle]) -> None:
    """Store the articles of an edition, in reading order, and index their text.

    Must be called inside the transaction that freezes the issue.
    """
    db.conn.executemany(
        """INSERT INTO archived (issue_id, version, language, article_id, url, image, title,
                                 title_language, summary, summary_language, ics, section)
           VALUES (?1, (SELECT version FROM issues WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                   ?11)""",
        [(issue_id, language, *astuple(piece)) for piece in pieces],
    )
    db.conn.execute(
        """INSERT INTO archived_words (rowid, title, summary)
           SELECT id, title, summary FROM archived WHERE issue_id = ?1 AND language = ?2
              AND version = (SELECT version FROM issues WHERE id = ?1)""",
        (issue_id, language),
    )


def changes(db: Database) -> int:
    """How often anything that the archive shows has changed; counted by triggers (migration 47)."""
    return int(db.conn.execute("SELECT number FROM archive_changes").fetchone()[0])


def listed(db: Database, language: str = "") -> Sequence[Past]:
    """The sent editions, or those of one language: the newest month first, after its issue the special
    alerts that were begun in it; in the order they were made."""
    rows = db.query(
        f"""SELECT i.month, e.language, coalesce(s.subject, e.subject) AS subject,
                   coalesce(s.preheader, e.preheader) AS preheader, i.queued_at
              FROM {_EDITIONS}
             WHERE {_WHOLE} AND (:language = '' OR e.language = :language)
             ORDER BY substr(i.month, 1, 7) DESC, i.kind, i.queued_at DESC, i.month, e.id""",  # noqa: S608
        {"language": language},
    )
    return [
        Past(
            Month.parse(row["month"]),
            row["language"],
            row["subject"],
            row["preheader"],
            moment(row["queued_at"]),
        )
        for row in rows
    ]


def edition(db: Database, month: Month, language: str) -> Edition | None:
    """An edition as it was sent, without what was withdrawn."""
    rows = db.query(
        f"""SELECT e.language, coalesce(s.subject, e.subject) AS subject,
                   coalesce(s.preheader, e.preheader) AS preheader,
                   coalesce(s.html, e.html) AS html, coalesce(s.text, e.text) AS text, articles
              FROM {_EDITIONS}
             WHERE {_WHOLE} AND i.month = ? AND e.language = ?""",  # noqa: S608
        (str(month), language),
    )
    return next((Edition(**row) for row in rows), None)


_PIECES = """
    SELECT article_id AS id, url, image, title, title_language, summary, summary_language, ics, section
      FROM archived AS a JOIN issues AS i ON i.id = a.issue_id
"""


def pieces(db: Database, month: Month, language: str) -> Sequence[ArchivedArticle]:
    """The articles of an edition that were not withdrawn, in reading order."""
    rows = db.query(
        f"{_PIECES} WHERE {_SHOWN} AND i.month = ? AND a.language = ? ORDER BY a.id",
        (str(month), language),
    )
    return [ArchivedArticle(**row) for row in rows]


def event(db: Database, month: Month, language: str, article_id: str) -> ArchivedArticle | None:
    """An article of an edition that is an event, with its calendar file."""
    rows = db.query(
        f"""{_PIECES} WHERE {_SHOWN} AND i.month = ? AND a.language = ?
               AND a.article_id = ? AND a.ics <> x''""",
        (str(month), language, article_id),
    )
    return next((ArchivedArticle(**row) for row in rows), None)


def search(db: Database, question: str, language: str, most: int) -> Sequence[Hit]:
    """The articles that contain every word, best match first; in one language, or (empty) in all.

    An article with the same text in several editions of a month is found once.
    """
    words = quoted(question)
    if not words:
        return []
    rows = db.query(
        f"""SELECT i.month, a.language, a.article_id AS id, title_language, summary_language,
                   highlight(archived_words, 0, char(2), char(3)) AS title,
                   snippet(archived_words, 1, char(2), char(3), '…', 40) AS summary
              FROM archived_words
              JOIN archived AS a ON a.id = archived_words.rowid
              JOIN issues AS i ON i.id = a.issue_id
             WHERE archived_words MATCH :words AND {_SHOWN}
               AND (:language = '' OR a.language = :language)
             ORDER BY bm25(archived_words, 4.0, 1.0), i.month DESC, a.id LIMIT :most""",  # noqa: S608
        {"words": words, "language": language, "most": most if language else ALIKE * most},
    )
    hits = [_hit(row) for row in rows]
    once = {(hit.month, hit.id, hit.title, hit.summary): hit for hit in reversed(hits)}
    kept = {id(hit) for hit in once.values()}
    return [hit for hit in hits if id(hit) in kept][:most]


def quoted(question: str) -> str:
    """A query in FTS5's syntax: each word as a string, the last one as a prefix."""
    words = [word for word in question.replace("\0", " ").split() if any(map(str.isalnum, word))]
    strings = ['"{}"'.format(word.replace('"', '""')) for word in words[:MOST_WORDS]]
    return f"{' '.join(strings)}*" if strings else ""


def _hit(row: dict[str, Any]) -> Hit:
    row |= {"month": Month.parse(row["month"])}
    row |= {name: marked(row[name]) for name in ("title", "summary")}
    return Hit(**row)


def marked(text: str) -> Marked:
    """A text with the marks of FTS5 as a `Marked` value."""
    parts: list[tuple[str, bool]] = []
    for piece in text.split("\x02"):
        found, end, rest = piece.rpartition("\x03")
        if end:
            parts.append((found, True))
        if rest:
            parts.append((rest, False))
    return tuple(parts)


def altered(db: Database) -> Iterator[tuple[Month, str, tuple[str, ...]]]:
    """Every frozen edition of every version, including those of some sections, by month and name, with
    its altered parts. The name of one that a later version replaced says so."""
    rows = db.query(
        """SELECT i.of_month AS month, i.month AS key, i.version AS newest, e.*, x.hashes AS left
             FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
             LEFT JOIN erased_editions AS x ON x.edition_id = e.id ORDER BY i.month, e.id"""
    )
    hurt: dict[str, tuple[str, ...]] = {}
    for row in rows:
        then = json.loads(row["left"] or row["hashes"])
        parts = (row["subject"], row["preheader"], row["html"], row["text"])
        # files are stored with the edition of all sections; other editions have no hash of them
        files = _files(db, row) if row["sections"] == "[]" else {}
        now = json.loads(hashes(*parts, files))
        changed = [name for name in {**now, **then} if then.get(name) != now.get(name)]
        wiped = row["left"] is not None and not row["template"]  # erased on purpose, with its words
        if not wiped and hashlib.sha256(row["template"]).hexdigest() != row["sha256"]:
            changed.append("template")
        month = row["month"]
        if month not in hurt:
            hurt[month] = pictures.altered(db, Month.parse(month))
        if any(f"/pictures/{sha256}." in row["html"] for sha256 in hurt[month]):
            changed.append("pictures")
        sections = ", ".join(json.loads(row["sections"]))
        name = f"{row['language']} ({sections})" if sections else row["language"]
        if row["key"] != month:
            name = f"{name}, correction {row['key'].partition('/')[2]}"
        if row["version"] != row["newest"]:
            name = f"{name}, version {row['version']}"
        yield Month.parse(row["month"]), name, tuple(changed)


def _files(db: Database, edition: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of the events of an edition (a row), by article."""
    rows = db.conn.execute(
        """SELECT article_id, ics FROM archived
            WHERE issue_id = ? AND version = ? AND language = ? AND ics <> x'' ORDER BY id""",
        (edition["issue_id"], edition["version"], edition["language"]),
    )
    return dict(rows.fetchall())


def shown_as(
    db: Database, issue_id: int, version: int, article_id: str
) -> Sequence[tuple[str, str]]:
    """The links and titles with which a version of an issue had that article, in all its languages."""
    rows = db.conn.execute(
        "SELECT url, title FROM archived WHERE issue_id = ? AND version = ? AND article_id = ?",
        (issue_id, version, article_id),
    )
    return rows.fetchall()


def articles_named(db: Database, month: Month, named: str) -> Sequence[str]:
    """The ids of the articles that any version of the month's issue had, by id or beginning of a title."""
    rows = db.conn.execute(
        """SELECT DISTINCT a.article_id FROM archived AS a JOIN issues AS i ON i.id = a.issue_id
            WHERE i.month = :month
              AND (a.article_id = :named OR lower(substr(a.title, 1, length(:named))) = lower(:named))
            ORDER BY a.article_id""",
        {"month": str(month), "named": named.strip()},
    ).fetchall()
    ids = [article_id for (article_id,) in rows]
    return [named] if named in ids else ids
