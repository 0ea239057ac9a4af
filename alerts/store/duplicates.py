"""Duplicates: articles of several sources about the same story, of which the primary is shown; and the
translations of a primary, which it is shown in.

Guarantees: a collection never changes an editor's decision (that two are duplicates, or that one is
not), and every primary is itself shown.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlite_utils import Database

from alerts.domain.article import Article, Duplicate
from alerts.domain.month import Month
from alerts.store import stamp, stories


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be a duplicate: its source, and whether an editor has changed it."""

    article_id: str
    source_id: int | None
    edited: bool


def candidates(db: Database, month: Month) -> dict[str, Candidate]:
    """The articles of a month, by id, that are neither duplicates nor decided by an editor."""
    rows = db.conn.execute(
        """SELECT a.id, a.source_id, a.edits <> '{}' FROM articles AS a
           LEFT JOIN doubles AS d ON d.article_id = a.id
           WHERE a.month = ? AND d.article_id IS NULL""",
        (str(month),),
    )
    return {id_: Candidate(id_, source, bool(edited)) for id_, source, edited in rows}


def join(
    db: Database,
    article_id: str,
    other: str,
    now: datetime,
    *,
    by_editor: bool,
    language: str = "",
    reason: str = "",
) -> None:
    """Mark `article_id` as a duplicate of `other` (or of its primary), with a `language` as its
    translation in it; both are one story from now on.

    Call it within a transaction. The article's own duplicates and translations become those of the new
    primary; a second one in a language becomes a duplicate.
    """
    (first,) = db.conn.execute(
        """SELECT coalesce((SELECT same_as FROM doubles WHERE article_id = :id), :id)""",
        {"id": other},
    ).fetchone()
    if first == article_id:  # it was the primary of the other: the editor swaps them
        _leave(db, other, now)
        first = other
    facts = {"id": article_id, "first": first, "editor": by_editor, "at": stamp(now)}
    facts |= {"reason": reason, "language": _free(db, first, language, article_id)}
    db.conn.execute(
        """UPDATE doubles SET language = '' WHERE same_as = :id AND (language = :language
              OR language IN (SELECT language FROM doubles WHERE same_as = :first)
              OR language = (SELECT found ->> '$.language' FROM articles WHERE id = :first))""",
        facts,
    )
    db.conn.execute("UPDATE doubles SET same_as = :first WHERE same_as = :id", facts)
    db.conn.execute(
        """INSERT INTO doubles (article_id, same_as, by_editor, at, language, reason)
           VALUES (:id, :first, :editor, :at, :language, :reason) ON CONFLICT (article_id) DO UPDATE
           SET same_as = excluded.same_as, by_editor = excluded.by_editor, at = excluded.at,
               language = excluded.language, reason = excluded.reason""",
        facts,
    )
    db.conn.execute(
        """UPDATE articles SET month = (SELECT month FROM articles WHERE id = :first)
            WHERE id IN (SELECT article_id FROM doubles WHERE same_as = :first AND language <> '')""",
        facts,
    )
    stories.unite(db, article_id, first)


def _free(db: Database, first: str, language: str, article_id: str) -> str:
    """That language, or "" where the primary has a translation in it already."""
    taken = db.conn.execute(
        "SELECT 1 FROM doubles WHERE same_as = ? AND language = ? AND article_id <> ?",
        (first, language, article_id),
    ).fetchone()
    return "" if taken else language


def _leave(db: Database, article_id: str, now: datetime) -> None:
    """Make an article a primary one."""
    db.conn.execute(
        """INSERT INTO doubles (article_id, same_as, by_editor, at) VALUES (?, NULL, 1, ?)
           ON CONFLICT (article_id) DO UPDATE
           SET same_as = NULL, by_editor = 1, at = excluded.at, language = '', reason = ''""",
        (article_id, stamp(now)),
    )


def part(db: Database, article_id: str, now: datetime) -> None:
    """Make an article a separate one, permanently: it is no duplicate and no translation, and another
    story than all that it was joined with. Where nothing but its own duplicates and translations is joined
    with it, it leaves these, and the first of them stands for the others."""
    own = {article_id, *of(db, article_id)}
    if {member.id for member in stories.of_story(db, article_id)} <= own:
        _hand_over(db, article_id)
    _leave(db, article_id, now)
    stories.part(db, article_id, now)


def primary_of(db: Database, article_id: str) -> str | None:
    """The article that stands for that one; None where it stands for itself."""
    row = db.conn.execute(
        "SELECT same_as FROM doubles WHERE article_id = ?", (article_id,)
    ).fetchone()
    return row[0] if row else None


def of(db: Database, article_id: str) -> tuple[str, ...]:
    """The duplicates and translations of an article; first those in its own language."""
    rows = db.conn.execute(
        """SELECT d.article_id FROM doubles AS d JOIN articles AS a ON a.id = d.article_id
            WHERE d.same_as = :id
            ORDER BY a.found ->> '$.language'
                     <> (SELECT found ->> '$.language' FROM articles WHERE id = :id),
                     a.first_seen, a.rowid""",
        {"id": article_id},
    )
    return tuple(id_ for (id_,) in rows.fetchall())


def _hand_over(db: Database, article_id: str) -> None:
    """Make the first duplicate or translation of an article the primary of its others."""
    for heir in of(db, article_id)[:1]:
        db.conn.execute("DELETE FROM doubles WHERE article_id = ?", (heir,))
        db.conn.execute("UPDATE doubles SET same_as = ? WHERE same_as = ?", (heir, article_id))


def annotated(db: Database, articles: Iterable[Article]) -> tuple[Article, ...]:
    """These articles, each with its primary or with its duplicates."""
    given = tuple(articles)
    rows = db.conn.execute(
        """SELECT d.article_id, d.same_as, d.language, coalesce(a.found ->> '$.url', a.url),
                  coalesce(nullif(a.edits ->> '$.author', ''), a.found ->> '$.author', '')
           FROM doubles AS d JOIN articles AS a ON a.id = d.article_id
           WHERE d.same_as IS NOT NULL
             AND (d.article_id IN (SELECT value FROM json_each(:ids))
                  OR d.same_as IN (SELECT value FROM json_each(:ids)))
           ORDER BY a.first_seen, a.rowid""",
        {"ids": json.dumps([article.id for article in given])},
    ).fetchall()
    first = {id_: same_as for id_, same_as, *_ in rows}
    reports: dict[str, list[Duplicate]] = {}
    for id_, same_as, language, url, author in rows:
        if language:
            continue
        reports.setdefault(same_as, []).append(Duplicate(id_, url, author or _site(url)))
    return tuple(
        replace(a, same_as=first.get(a.id, ""), reports=tuple(reports.get(a.id, ())))
        if a.id in first or a.id in reports
        else a
        for a in given
    )


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
