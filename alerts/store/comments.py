"""Comments, and who was mailed which.

Guarantees: a comment is in at most one mail to a person. A person's name is looked up, never copied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.comment import Comment, CommentCount
from alerts.domain.delivery import Reason
from alerts.domain.month import Month
from alerts.store import moment, stamp

_SELECT = """
    SELECT c.id, i.month, coalesce(c.article_id, '') AS article_id, c.person_id,
           coalesce(nullif(p.name, ''), p.email, c.said_by) AS by, c.text, c.at, c.done_at,
           coalesce(nullif(d.name, ''), d.email, '') AS done_by
      FROM comments AS c JOIN issues AS i ON i.id = c.issue_id
      LEFT JOIN people AS p ON p.id = c.person_id
      LEFT JOIN people AS d ON d.id = c.done_by
"""


@dataclass(frozen=True, slots=True)
class MailedComment:
    """A comment as a mail shows it; `title` is that of its article, or empty."""

    comment: Comment
    title: str


def add(
    db: Database,
    issue_id: int,
    article_id: str,
    text: str,
    now: datetime,
    *,
    person_id: int | None,
    said_by: str,
) -> int:
    """Store a comment; returns its id. `said_by` is kept for who is no person of the desk alone."""
    cursor = db.conn.execute(
        """INSERT INTO comments (issue_id, article_id, person_id, said_by, text, at)
           VALUES (?, nullif(?, ''), ?, ?, ?, ?)""",
        (issue_id, article_id, person_id, "" if person_id else said_by, text, stamp(now)),
    )
    return int(cursor.lastrowid or 0)


def find(db: Database, number: int) -> Comment | None:
    """The comment with that id."""
    rows = [*db.query(f"{_SELECT} WHERE c.id = ?", (number,))]
    return _comment(rows[0]) if rows else None


def of_article(db: Database, article_id: str) -> tuple[Comment, ...]:
    """The comments on an article, the oldest first."""
    rows = db.query(f"{_SELECT} WHERE c.article_id = ? ORDER BY c.id", (article_id,))
    return tuple(map(_comment, rows))


def of_issue(db: Database, issue_id: int) -> tuple[Comment, ...]:
    """The comments on an issue itself, the oldest first."""
    rows = db.query(
        f"{_SELECT} WHERE c.issue_id = ? AND c.article_id IS NULL ORDER BY c.id", (issue_id,)
    )
    return tuple(map(_comment, rows))


def counts(db: Database, month: Month) -> Mapping[str, CommentCount]:
    """The numbers of comments by the id of the article of that month, or "" for the issue."""
    rows = db.conn.execute(
        """SELECT coalesce(c.article_id, ''), count(*), sum(c.done_at IS NULL) FROM comments AS c
             JOIN issues AS i ON i.id = c.issue_id LEFT JOIN articles AS a ON a.id = c.article_id
            WHERE coalesce(a.month, i.month) = ? GROUP BY 1""",
        (str(month),),
    )
    return {id_: CommentCount(total, unsettled) for id_, total, unsettled in rows.fetchall()}


def settle(db: Database, number: int, now: datetime | None, person_id: int | None) -> bool:
    """Mark a comment as done at `now`, or (None) as open again; False where it was so already."""
    cursor = db.conn.execute(
        """UPDATE comments SET done_at = :at, done_by = :by
            WHERE id = :id AND (done_at IS NULL) = (:at IS NOT NULL)""",
        {"at": stamp(now) if now else None, "by": person_id if now else None, "id": number},
    )
    return cursor.rowcount == 1


def delete(db: Database, number: int) -> None:
    """Delete a comment: no mail that is still to be made shows it."""
    db.conn.execute("DELETE FROM comment_mails WHERE comment_id = ?", (number,))
    db.conn.execute("DELETE FROM comments WHERE id = ?", (number,))


def open_mail(db: Database, person_id: int) -> int:
    """The notice to that person which is still to be made, so that one more comment fits into it; 0 if
    there is none."""
    row = db.conn.execute(
        """SELECT n.id FROM comment_mails AS m JOIN notices AS n ON n.id = m.notice_id
            WHERE m.person_id = ? AND n.state = 'queued' AND n.message IS NULL
            ORDER BY n.id LIMIT 1""",
        (person_id,),
    ).fetchone()
    return int(row[0]) if row else 0


def keep_mail(db: Database, number: int, person_id: int, notice_id: int) -> None:
    """Record in which notice a person is told of a comment."""
    db.conn.execute(
        "INSERT INTO comment_mails (comment_id, person_id, notice_id) VALUES (?, ?, ?)",
        (number, person_id, notice_id),
    )


def of_notice(db: Database, notice_id: int) -> Sequence[MailedComment]:
    """The comments that a notice tells of, the oldest first."""
    rows = db.query(
        f"""SELECT one.*, coalesce(json_extract(a.edits, '$.title'), json_extract(a.found, '$.title'), '')
                   AS title
              FROM ({_SELECT}) AS one JOIN comment_mails AS m ON m.comment_id = one.id
              LEFT JOIN articles AS a ON a.id = one.article_id
             WHERE m.notice_id = ? ORDER BY one.id""",  # noqa: S608
        (notice_id,),
    )
    return [MailedComment(_comment(row), row.pop("title")) for row in map(dict, rows)]


def drop_mails(db: Database, person_id: int, now: datetime) -> None:
    """Skip the notices of comments to a person that have not left."""
    db.conn.execute(
        """UPDATE notices SET state = 'skipped', reason = ?, email = '', sender = '', message = NULL,
                  changed_at = ?
            WHERE state IN ('queued', 'deferred', 'in_doubt')
              AND id IN (SELECT notice_id FROM comment_mails WHERE person_id = ?)""",
        (Reason.CANCELLED, stamp(now), person_id),
    )


def _comment(row: dict[str, Any]) -> Comment:
    told = {name: row[name] for name in ("id", "article_id", "person_id", "by", "text", "done_by")}
    done_at = moment(row["done_at"]) if row["done_at"] else None
    return Comment(**told, month=Month.parse(row["month"]), at=moment(row["at"]), done_at=done_at)
