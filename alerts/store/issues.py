"""Issues and their editions: one issue per month, and special alerts; frozen when they are queued."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.archived import NO_FILES, hashes
from alerts.domain.errors import StoreError
from alerts.domain.issue import Edition, IssueState
from alerts.domain.month import Month
from alerts.store import issue_versions, moment, stamp
from alerts.store.link_numbers import NEW_MARK
from alerts.store.recipients import EVERYBODY, Recipients


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """A row of `issues`; `content`, `frame`, `secret_id` and `queued_at` are set when it is queued.

    `rendered_with`: versions by name; None for issues that were frozen before these were stored.
    `version` is the one that is edited, or was frozen last; `recalled_at`: the one before was recalled
    then, and this one is not frozen yet. `recipients` are those whom it is for, `people` is how many
    these were when it was queued.
    """

    id: int
    month: Month
    state: IssueState
    content: Mapping[str, Any] | None
    frame: str
    secret_id: int
    queued_at: datetime | None
    rendered_with: Mapping[str, str] | None
    version: int = 1
    recalled_at: datetime | None = None
    recipients: Recipients = EVERYBODY
    people: int | None = None

    @property
    def frozen(self) -> bool:
        """True once it is queued."""
        return self.state in (IssueState.QUEUED, IssueState.SENT)


def get(db: Database, month: Month) -> StoredIssue | None:
    """The issue of that month, if there is a row for it."""
    rows = db.query("SELECT * FROM issues WHERE month = ?", (str(month),))
    return next((_issue(row) for row in rows), None)


def by_id(db: Database, issue_id: int) -> StoredIssue:
    """The issue with that id."""
    return next(_issue(row) for row in db.query("SELECT * FROM issues WHERE id = ?", (issue_id,)))


def frozen_months(db: Database) -> frozenset[Month]:
    """The months whose issues no longer change."""
    rows = db.query(
        "SELECT month FROM issues WHERE state IN ('queued', 'sent') AND corrects IS NULL"
    )
    return frozenset(Month.parse(row["month"]) for row in rows)


def specials(db: Database) -> Sequence[StoredIssue]:
    """The special alerts, the newest first."""
    rows = db.query("SELECT * FROM issues WHERE kind = 'special' ORDER BY created_at DESC, id DESC")
    return [_issue(row) for row in rows]


def closed_months(db: Database) -> frozenset[Month]:
    """Months that no article joins any more by itself: their issue is queued, sent or dropped."""
    rows = db.conn.execute(
        """SELECT month FROM issues
            WHERE kind = 'month' AND (state IN ('queued', 'sent') OR dropped_at <> '')"""
    )
    return frozenset(Month.parse(month) for (month,) in rows)


def unsent(db: Database) -> Sequence[StoredIssue]:
    """The issues that are approved, queued or recalled, and not sent to all yet nor dropped; oldest
    first."""
    rows = db.query(
        """SELECT * FROM issues
            WHERE corrects IS NULL AND dropped_at = ''
              AND (state IN ('approved', 'queued') OR recalled_at <> '')
            ORDER BY month"""
    )
    return [_issue(row) for row in rows]


def begin(db: Database, month: Month, now: datetime) -> int:
    """The id of the month's issue, which is created as a draft if there is none."""
    # Empty documents and not NULL: before SQLite 3.45, json_valid(NULL) is false.
    db.conn.execute(
        """INSERT INTO issues (month, state, content, frame, created_at)
           VALUES (?, 'draft', '{}', '{}', ?) ON CONFLICT DO NOTHING""",
        (str(month), stamp(now)),
    )
    row = db.conn.execute("SELECT id FROM issues WHERE month = ?", (str(month),)).fetchone()
    return int(row[0])


def recipients_of(db: Database, month: Month) -> Recipients:
    """Whom the month's issue is for: everybody, unless somebody chose a segment."""
    stored = get(db, month)
    return stored.recipients if stored is not None else Recipients(special=bool(month.special))


def set_recipients(db: Database, issue_id: int, recipients: Recipients) -> None:
    """Keep whom an issue is for that is not frozen."""
    db.conn.execute("UPDATE issues SET segment = ? WHERE id = ?", (recipients.where, issue_id))


def keep_people(db: Database, issue_id: int, people: int) -> None:
    """Keep for how many people an issue was queued."""
    db.conn.execute("UPDATE issues SET people = ? WHERE id = ?", (people, issue_id))


def last_people(db: Database, month: Month) -> tuple[Month, int] | None:
    """The issue of a month that was queued last, this one apart, and for how many people; None if there is
    none."""
    row = db.conn.execute(
        """SELECT month, people FROM issues
            WHERE month <> ? AND kind = 'month' AND people IS NOT NULL AND state IN ('queued', 'sent')
            ORDER BY queued_at DESC, id DESC LIMIT 1""",
        (str(month),),
    ).fetchone()
    return (Month.parse(row[0]), int(row[1])) if row else None


def mark(db: Database, issue_id: int, state: IssueState) -> None:
    """Move an issue that is not frozen to `draft` or `approved`."""
    db.conn.execute(
        "UPDATE issues SET state = ? WHERE id = ? AND state IN ('draft', 'approved')",
        (state.value, issue_id),
    )


def freeze(
    db: Database,
    month: Month,
    content: Mapping[str, Any],
    frame: str,
    secret_id: int,
    now: datetime,
    rendered_with: Mapping[str, str],
    approved_by: Sequence[str] = (),
) -> tuple[int, int]:
    """Move the month's issue to `queued`, with all that its messages need; returns its id and version.

    `rendered_with`: the versions that its editions were rendered with, by name. The mark stays the same
    in all versions of an issue: the numbers in what was mailed stay good.

    Must be called inside a transaction. A month that is already frozen violates the constraint on
    purpose: the caller has checked before.
    """
    row = db.conn.execute(
        f"""INSERT INTO issues (month, state, content, frame, secret_id, rendered_with, created_at,
                                queued_at, mark)
            VALUES (:month, 'queued', :content, :frame, :secret_id, :rendered_with, :now, :now,
                    {NEW_MARK})
            ON CONFLICT (month) DO UPDATE
               SET state = 'queued', content = :content, frame = :frame, secret_id = :secret_id,
                   rendered_with = :rendered_with, queued_at = :now, recalled_at = '',
                   mark = CASE version WHEN 1 THEN {NEW_MARK} ELSE mark END
             WHERE state IN ('draft', 'approved')
            RETURNING id""",  # noqa: S608
        {
            "month": str(month),
            "content": json.dumps(content, ensure_ascii=False, sort_keys=True),
            "frame": frame,
            "secret_id": secret_id,
            "rendered_with": json.dumps(rendered_with, sort_keys=True),
            "now": stamp(now),
        },
    ).fetchone()
    issue_id = int(row[0])
    written = json.dumps(content, ensure_ascii=False, sort_keys=True)
    version = issue_versions.add(db, issue_id, written, frame, secret_id, approved_by, now)
    return issue_id, version


def add_edition(
    db: Database,
    issue_id: int,
    edition: Edition,
    template: bytes,
    sha256: str,
    sections: Sequence[str] = (),
    files: Mapping[str, bytes] = NO_FILES,
) -> int:
    """Store one edition of the present version and the bytes of its messages; returns its id.

    `sections`: it has only these.

    `files` are those of its events, by article, which `archive.add` stores; here only their hashes are.
    """
    cursor = db.conn.execute(
        """INSERT INTO editions
           (issue_id, version, language, subject, preheader, html, text, articles, template, sha256,
            sections, hashes)
           VALUES (?1, (SELECT version FROM issues WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                   ?11)""",
        (
            issue_id,
            edition.language,
            edition.subject,
            edition.preheader,
            edition.html,
            edition.text,
            edition.articles,
            template,
            sha256,
            json.dumps(list(sections)),
            hashes(edition.subject, edition.preheader, edition.html, edition.text, files),
        ),
    )
    return int(cursor.lastrowid or 0)


def editions(db: Database, issue_id: int, version: int) -> tuple[Edition, ...]:
    """The editions of a frozen version with all sections, as they were sent, in the order they were made."""
    rows = db.query(
        "SELECT * FROM editions WHERE issue_id = ? AND version = ? AND sections = '[]' ORDER BY id",
        (issue_id, version),
    )
    names = ("language", "subject", "preheader", "html", "text", "articles")
    return tuple(Edition(**{name: row[name] for name in names}) for row in rows)


@dataclass(frozen=True, slots=True)
class Template:
    """The values that the merge needs of an edition."""

    issue_id: int
    language: str
    octets: bytes
    frame: str
    secret_id: int
    mark: int


def template(db: Database, edition_id: int) -> Template:
    """The frozen template of an edition, with the frame of its version.

    Raises `StoreError` where its octets have changed since it was queued.
    """
    sha256, *row = db.conn.execute(
        """SELECT e.sha256, i.id, e.language, e.template, v.frame, v.secret_id, i.mark
             FROM editions AS e JOIN issues AS i ON i.id = e.issue_id
             JOIN issue_versions AS v ON v.issue_id = e.issue_id AND v.version = e.version
            WHERE e.id = ?""",
        (edition_id,),
    ).fetchone()
    found = Template(*row)
    if not found.octets:
        raise StoreError(
            f"edition {found.language} was erased when it was withdrawn from the archive"
        )
    if hashlib.sha256(found.octets).hexdigest() != sha256:
        raise StoreError(
            f"edition {found.language} is not what was queued: the database is damaged; restore a backup"
        )
    return found


def _issue(row: Mapping[str, Any]) -> StoredIssue:
    return StoredIssue(
        row["id"],
        Month.parse(row["month"]),
        IssueState(row["state"]),
        json.loads(row["content"]) if row["content"] else None,
        row["frame"] or "",
        row["secret_id"] or 0,
        moment(row["queued_at"]) if row["queued_at"] else None,
        json.loads(row["rendered_with"]) if row["rendered_with"] else None,
        row["version"],
        moment(row["recalled_at"]) if row["recalled_at"] else None,
        Recipients(row["segment"], row["kind"] == "special"),
        row["people"],
    )
