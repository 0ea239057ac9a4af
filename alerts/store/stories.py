"""Stories: the articles of each, over all issues; what an editor has parted; what was mailed.

Guarantees: two articles that an editor has parted are never one story again unless an editor joins them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.article import Article
from alerts.domain.month import Month
from alerts.store import article_rows, stamp

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """An article as one of its story. `closed`: its month is queued or sent. `primary`: the article that
    it is a duplicate or (in `language`) a translation of; `settled`: an editor decided so; `reason`: why
    it was joined."""

    article: Article
    story: str
    month: Month
    closed: bool
    source_id: int | None
    edited: bool
    primary: str
    language: str
    settled: bool
    reason: str

    @property
    def id(self) -> str:
        """That of the article."""
        return self.article.id


_MEMBERS = f"""
    SELECT {article_rows.COLUMNS}, story, source_id, edits <> '{{}}' AS edited,
           month IN (SELECT month FROM issues WHERE state IN ('queued', 'sent')) AS closed,
           coalesce(d.same_as, '') AS same_as, coalesce(d.language, '') AS language,
           coalesce(d.by_editor, 0) AS by_editor, coalesce(d.reason, '') AS reason
      FROM articles LEFT JOIN doubles AS d ON d.article_id = articles.id
"""  # noqa: S608


def _member(row: dict[str, Any]) -> Member:
    kept = article_rows.stored(row)
    return Member(
        kept.article,
        row["story"],
        kept.month,
        bool(row["closed"]),
        row["source_id"],
        bool(row["edited"]),
        row["same_as"],
        row["language"],
        bool(row["by_editor"]),
        row["reason"],
    )


def members(db: Database, article_ids: Iterable[str]) -> tuple[Member, ...]:
    """These articles, in the order in which they were found."""
    rows = db.query(
        f"""{_MEMBERS} WHERE articles.id IN (SELECT value FROM json_each(:ids))
            ORDER BY first_seen, articles.rowid""",  # noqa: S608
        {"ids": json.dumps(list(article_ids))},
    )
    return tuple(map(_member, rows))


def of_story(db: Database, article_id: str) -> tuple[Member, ...]:
    """All articles of the story of that article, itself too, in the order in which they were found."""
    rows = db.query(
        f"""{_MEMBERS} WHERE story = (SELECT story FROM articles WHERE id = :id)
            ORDER BY first_seen, articles.rowid""",  # noqa: S608
        {"id": article_id},
    )
    return tuple(map(_member, rows))


def of_open_months(db: Database, first: Month) -> tuple[Member, ...]:
    """All articles of the months that are not closed, from `first` on."""
    rows = db.query(
        f"{_MEMBERS} WHERE NOT closed AND month >= :first ORDER BY first_seen, articles.rowid",
        {"first": str(first)},
    )
    return tuple(map(_member, rows))


def unite(db: Database, article_id: str, other: str) -> None:
    """Make the stories of two articles one, and forget that an editor had parted these two."""
    db.conn.execute(
        """UPDATE articles SET story = (SELECT story FROM articles WHERE id = :other)
            WHERE story = (SELECT story FROM articles WHERE id = :id)""",
        {"id": article_id, "other": other},
    )
    db.conn.execute("DELETE FROM parted WHERE one = ? AND other = ?", _pair(article_id, other))


def part(db: Database, article_id: str, now: datetime) -> None:
    """Make an article, with its own duplicates and translations, another story than the rest."""
    own = {article_id, *_joined(db, article_id)}
    for member in of_story(db, article_id):
        if member.id not in own:
            settle_apart(db, article_id, member.id, now)
    rest = next((m.id for m in of_story(db, article_id) if m.id not in own), "")
    ids = json.dumps(sorted(own))
    if rest:  # the story keeps its name only where its first article stays
        db.conn.execute(
            """UPDATE articles SET story = :rest WHERE story = (SELECT story FROM articles WHERE id = :id)
                  AND id NOT IN (SELECT value FROM json_each(:ids))""",
            {"rest": rest, "id": article_id, "ids": ids},
        )
    db.conn.execute(
        "UPDATE articles SET story = ? WHERE id IN (SELECT value FROM json_each(?))",
        (article_id, ids),
    )


def _joined(db: Database, article_id: str) -> list[str]:
    rows = db.conn.execute("SELECT article_id FROM doubles WHERE same_as = ?", (article_id,))
    return [id_ for (id_,) in rows.fetchall()]


def settle_apart(db: Database, one: str, other: str, now: datetime) -> None:
    """Record that an editor holds two articles for two stories."""
    db.conn.execute(
        "INSERT OR IGNORE INTO parted (one, other, at) VALUES (?, ?, ?)",
        (*_pair(one, other), stamp(now)),
    )


def parted(db: Database) -> frozenset[Pair]:
    """All pairs that an editor has parted, each in the order of `pair`."""
    return frozenset(db.conn.execute("SELECT one, other FROM parted").fetchall())


def pair(one: str, other: str) -> Pair:
    """Two articles in the order in which a pair is stored."""
    return _pair(one, other)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def keep_near(db: Database, one: str, other: str, reason: str) -> None:
    """Record that two articles may be one story, which a person settles."""
    db.conn.execute(
        "INSERT OR IGNORE INTO near_hits (one, other, reason) VALUES (?, ?, ?)",
        (*_pair(one, other), reason),
    )


def near(db: Database) -> dict[Pair, str]:
    """The pairs that were recorded as near, with their reasons."""
    rows = db.conn.execute("SELECT one, other, reason FROM near_hits ORDER BY one, other")
    return {(one, other): reason for one, other, reason in rows.fetchall()}


def was_in(db: Database, article_id: str) -> Month | None:
    """The last closed month whose issue showed the story of that article, in another article than this
    one; None if none did."""
    row = db.conn.execute(
        """WITH members AS (SELECT id FROM articles WHERE id <> :id
                             AND story = (SELECT story FROM articles WHERE id = :id))
           SELECT max(month) FROM (
               SELECT i.month FROM issues AS i, json_each(i.content, '$.sections') AS s,
                      json_each(s.value, '$.articles') AS a
                WHERE i.state IN ('queued', 'sent') AND a.value IN members
               UNION SELECT i.month FROM archived
                       JOIN issues AS i ON i.id = archived.issue_id AND i.shown = archived.version
                WHERE archived.article_id IN members)""",
        {"id": article_id},
    ).fetchone()
    return Month.parse(row[0]) if row and row[0] else None


def looked_up(db: Database) -> frozenset[str]:
    """The articles whose page was read for its translations."""
    return frozenset(id_ for (id_,) in db.conn.execute("SELECT article_id FROM look_ups"))


def keep_look_up(db: Database, article_id: str, now: datetime) -> None:
    """Record that the page of an article was read for its translations."""
    db.conn.execute(
        "INSERT OR REPLACE INTO look_ups (article_id, at) VALUES (?, ?)", (article_id, stamp(now))
    )
