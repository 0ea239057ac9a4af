"""The archive: editions of issues that are queued or sent, their articles, and the words in them.

Only what is frozen is here, so no draft is ever seen. Texts that visitors look for reach FTS5 as quoted
words: nothing in them is syntax.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import Any

from sqlite_utils import Database

from alerts.archive import Hit, Marked, Past, Piece, hashes
from alerts.model import Edition, Month
from alerts.store import moment

MOST_WORDS = 12  # of a question; the rest is not looked for
ALIKE = 8  # editions of a month that may tell an article in the same words
_FROZEN = "i.state IN ('queued', 'sent')"
_WHOLE = f"{_FROZEN} AND e.sections = '[]'"  # editions of some sections only are not for everybody


def add(db: Database, issue_id: int, language: str, pieces: Iterable[Piece]) -> None:
    """Keep the articles of an edition, in reading order, and have their words found.

    To be called inside the transaction that freezes the issue.
    """
    db.conn.executemany(
        """INSERT INTO archived (issue_id, language, article_id, url, image, title, title_language,
                                 summary, summary_language, ics)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [(issue_id, language, *astuple(piece)) for piece in pieces],
    )
    db.conn.execute(
        """INSERT INTO archived_words (rowid, title, summary)
           SELECT id, title, summary FROM archived WHERE issue_id = ? AND language = ?""",
        (issue_id, language),
    )


def listed(db: Database, language: str = "") -> Sequence[Past]:
    """What was sent, newest first, each month's editions as they were made; or those of one language."""
    rows = db.query(
        f"""SELECT i.month, e.language, e.subject, e.preheader, i.queued_at
              FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
             WHERE {_WHOLE} AND (:language = '' OR e.language = :language)
             ORDER BY i.month DESC, e.id""",  # noqa: S608
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
    """An edition as it was sent."""
    rows = db.query(
        f"""SELECT e.language, subject, preheader, html, text, articles
              FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
             WHERE {_WHOLE} AND i.month = ? AND e.language = ?""",  # noqa: S608
        (str(month), language),
    )
    return next((Edition(**row) for row in rows), None)


_PIECES = """
    SELECT article_id AS id, url, image, title, title_language, summary, summary_language, ics
      FROM archived AS a JOIN issues AS i ON i.id = a.issue_id
"""


def pieces(db: Database, month: Month, language: str) -> Sequence[Piece]:
    """The articles of an edition, in reading order."""
    rows = db.query(
        f"{_PIECES} WHERE {_FROZEN} AND i.month = ? AND a.language = ? ORDER BY a.id",
        (str(month), language),
    )
    return [Piece(**row) for row in rows]


def event(db: Database, month: Month, language: str, article_id: str) -> Piece | None:
    """An article of an edition that is an event, with its file."""
    rows = db.query(
        f"""{_PIECES} WHERE {_FROZEN} AND i.month = ? AND a.language = ?
               AND a.article_id = ? AND a.ics <> x''""",
        (str(month), language, article_id),
    )
    return next((Piece(**row) for row in rows), None)


def search(db: Database, question: str, language: str, most: int) -> Sequence[Hit]:
    """The articles that have every word asked for, best first; of one language, or (empty) of all.

    What several editions of a month tell in the same words is found once.
    """
    words = _quoted(question)
    if not words:
        return []
    rows = db.query(
        f"""SELECT i.month, a.language, a.article_id AS id, title_language, summary_language,
                   highlight(archived_words, 0, char(2), char(3)) AS title,
                   snippet(archived_words, 1, char(2), char(3), '…', 40) AS summary
              FROM archived_words
              JOIN archived AS a ON a.id = archived_words.rowid
              JOIN issues AS i ON i.id = a.issue_id
             WHERE archived_words MATCH :words AND {_FROZEN}
               AND (:language = '' OR a.language = :language)
             ORDER BY bm25(archived_words, 4.0, 1.0), i.month DESC, a.id LIMIT :most""",  # noqa: S608
        {"words": words, "language": language, "most": most if language else ALIKE * most},
    )
    hits = [_hit(row) for row in rows]
    once = {(hit.month, hit.id, hit.title, hit.summary): hit for hit in reversed(hits)}
    kept = {id(hit) for hit in once.values()}
    return [hit for hit in hits if id(hit) in kept][:most]


def _quoted(question: str) -> str:
    """A question in FTS5's syntax: each word a string, the last one a beginning."""
    words = [word for word in question.replace("\0", " ").split() if any(map(str.isalnum, word))]
    strings = ['"{}"'.format(word.replace('"', '""')) for word in words[:MOST_WORDS]]
    return f"{' '.join(strings)}*" if strings else ""


def _hit(row: dict[str, Any]) -> Hit:
    row |= {"month": Month.parse(row["month"])}
    row |= {name: _marked(row[name]) for name in ("title", "summary")}
    return Hit(**row)


def _marked(text: str) -> Marked:
    """FTS5's marks as values."""
    parts: list[tuple[str, bool]] = []
    for piece in text.split("\x02"):
        found, end, rest = piece.rpartition("\x03")
        if end:
            parts.append((found, True))
        if rest:
            parts.append((rest, False))
    return tuple(parts)


def altered(db: Database) -> Iterator[tuple[Month, str, tuple[str, ...]]]:
    """Every edition that was frozen, those of some sections included, by month and a name; with the
    parts of it that are not as they were."""
    rows = db.query(
        f"""SELECT i.month, e.* FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
             WHERE {_FROZEN} ORDER BY i.month, e.id"""  # noqa: S608
    )
    for row in rows:
        then = json.loads(row["hashes"])
        parts = (row["subject"], row["preheader"], row["html"], row["text"])
        # the files lie with the edition of all sections; what has none beside it has no hash of any
        files = _files(db, row["issue_id"], row["language"]) if row["sections"] == "[]" else {}
        now = json.loads(hashes(*parts, files))
        changed = [name for name in {**now, **then} if then.get(name) != now.get(name)]
        if hashlib.sha256(row["template"]).hexdigest() != row["sha256"]:
            changed.append("template")
        sections = ", ".join(json.loads(row["sections"]))
        name = f"{row['language']} ({sections})" if sections else row["language"]
        yield Month.parse(row["month"]), name, tuple(changed)


def _files(db: Database, issue_id: int, language: str) -> dict[str, bytes]:
    """The files of the events of an edition, by article."""
    rows = db.conn.execute(
        """SELECT article_id, ics FROM archived
            WHERE issue_id = ? AND language = ? AND ics <> x'' ORDER BY id""",
        (issue_id, language),
    )
    return dict(rows.fetchall())
