"""Articles of several sources about the same thing: one stands for all, and names the others.

Promises that what an editor decided (that two belong together, or that one stands alone) is never
decided otherwise by a collection, and that no article stands for one that is not itself shown.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlite_utils import Database

from alerts.model import Article, Month, Report
from alerts.store import stamp


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be a double: who told it, and whether an editor has touched it."""

    article_id: str
    source_id: int | None
    edited: bool


def candidates(db: Database, month: Month) -> dict[str, Candidate]:
    """By id the articles of a month that neither belong to another nor were decided by an editor."""
    rows = db.conn.execute(
        """SELECT a.id, a.source_id, a.edits <> '{}' FROM articles AS a
           LEFT JOIN doubles AS d ON d.article_id = a.id
           WHERE a.month = ? AND d.article_id IS NULL""",
        (str(month),),
    )
    return {id_: Candidate(id_, source, bool(edited)) for id_, source, edited in rows}


def join(db: Database, article_id: str, other: str, now: datetime, *, by_editor: bool) -> None:
    """Let the article `other`, or the one that stands for it, stand for this one too.

    Call it within a transaction. What this one stood for goes along.
    """
    (first,) = db.conn.execute(
        """SELECT coalesce((SELECT same_as FROM doubles WHERE article_id = :id), :id)""",
        {"id": other},
    ).fetchone()
    if first == article_id:  # it stood for the other: the editor wants it the other way round
        part(db, other, now)
        first = other
    facts = {"id": article_id, "first": first, "editor": by_editor, "at": stamp(now)}
    db.conn.execute("UPDATE doubles SET same_as = :first WHERE same_as = :id", facts)
    db.conn.execute(
        """INSERT INTO doubles (article_id, same_as, by_editor, at) VALUES (:id, :first, :editor, :at)
           ON CONFLICT (article_id) DO UPDATE
           SET same_as = excluded.same_as, by_editor = excluded.by_editor, at = excluded.at""",
        facts,
    )


def part(db: Database, article_id: str, now: datetime) -> None:
    """Let an article stand alone for good: it is no double of another."""
    db.conn.execute(
        """INSERT INTO doubles (article_id, same_as, by_editor, at) VALUES (?, NULL, 1, ?)
           ON CONFLICT (article_id) DO UPDATE SET same_as = NULL, by_editor = 1, at = excluded.at""",
        (article_id, stamp(now)),
    )


def annotated(db: Database, articles: Iterable[Article]) -> tuple[Article, ...]:
    """These articles, each with the one that stands for it, or with those that it stands for."""
    given = tuple(articles)
    rows = db.conn.execute(
        """SELECT d.article_id, d.same_as, a.url,
                  coalesce(nullif(a.edits ->> '$.author', ''), a.found ->> '$.author', '')
           FROM doubles AS d JOIN articles AS a ON a.id = d.article_id
           WHERE d.same_as IS NOT NULL
             AND (d.article_id IN (SELECT value FROM json_each(:ids))
                  OR d.same_as IN (SELECT value FROM json_each(:ids)))
           ORDER BY a.first_seen, a.rowid""",
        {"ids": json.dumps([article.id for article in given])},
    ).fetchall()
    first = {id_: same_as for id_, same_as, _, _ in rows}
    reports: dict[str, list[Report]] = {}
    for id_, same_as, url, author in rows:
        reports.setdefault(same_as, []).append(Report(id_, url, author or _site(url)))
    return tuple(
        replace(a, same_as=first.get(a.id, ""), reports=tuple(reports.get(a.id, ())))
        if a.id in first or a.id in reports
        else a
        for a in given
    )


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
