"""Versions of an issue: what was frozen with each, and the recall that ended it.

An issue has one version at a time that is edited or sent (`issues.version`). A recall ends a version and
begins the next one as a draft; whoever was mailed keeps the version that they got. A sender obeys a recall
by the number of all recalls: it writes to its leases how many it knows (`noticed`), after which it begins
no message of a recalled version (docs/adr/0032-versions-of-an-issue.md).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.store import moment, stamp

# Condition: the copy of the delivery `d` may already be with its reader.
MAYBE_MAILED = "(d.state IN ('sending', 'sent', 'in_doubt') OR d.doubted)"


@dataclass(frozen=True, slots=True)
class IssueVersion:
    """A version that was frozen; `recalled_at` is None where it was not recalled. `counts` are its
    deliveries by state; those that a later version took over count there."""

    number: int
    queued_at: datetime
    approved_by: tuple[str, ...]
    recalled_at: datetime | None
    recalled_by: str
    why: str
    counts: Mapping[str, int]


def add(
    db: Database,
    issue_id: int,
    content: str,
    frame: str,
    secret_id: int,
    approved_by: Sequence[str],
    now: datetime,
) -> int:
    """Record the present version of an issue as frozen, and have the archive show it; returns its number.

    What was drawn of an earlier version is drawn again. In the transaction that freezes the issue.
    """
    (version,) = db.conn.execute("SELECT version FROM issues WHERE id = ?", (issue_id,)).fetchone()
    db.conn.execute(
        """INSERT INTO issue_versions
           (issue_id, version, content, frame, secret_id, queued_at, approved_by)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (issue_id, version, content, frame, secret_id, stamp(now), json.dumps(list(approved_by))),
    )
    db.conn.execute("UPDATE issues SET shown = version WHERE id = ?", (issue_id,))
    for table in ("share_pictures", "issue_documents"):
        db.conn.execute(f"DELETE FROM {table} WHERE issue_id = ?", (issue_id,))  # noqa: S608
    return int(version)


def recall(db: Database, issue_id: int, by: str, why: str, now: datetime) -> None:
    """End the present version of a queued issue, and begin the next one as a draft.

    Its approvals are void. The archive shows it as long as somebody may have got it.
    """
    db.conn.execute(
        """UPDATE issue_versions SET recalled_at = :now, recalled_by = :by, why = :why
            WHERE issue_id = :issue AND version = (SELECT version FROM issues WHERE id = :issue)""",
        {"now": stamp(now), "by": by, "why": why, "issue": issue_id},
    )
    db.conn.execute(
        """UPDATE issues SET state = 'draft', version = version + 1, recalled_at = ?, sent_at = NULL
            WHERE id = ?""",
        (stamp(now), issue_id),
    )
    db.conn.execute(
        "UPDATE approvals SET voided_at = ? WHERE issue_id = ? AND voided_at IS NULL",
        (stamp(now), issue_id),
    )


def show_mailed(db: Database, issue_id: int) -> int:
    """Have the archive show the newest version that somebody may have got; returns it, 0 for none."""
    row = db.conn.execute(
        f"""UPDATE issues SET shown = coalesce((
                SELECT max(e.version) FROM deliveries AS d JOIN editions AS e ON e.id = d.edition_id
                 WHERE d.issue_id = :issue AND {MAYBE_MAILED}), 0)
             WHERE id = :issue RETURNING shown""",  # noqa: S608
        {"issue": issue_id},
    ).fetchall()
    return int(row[0][0])


def mailed(db: Database, issue_id: int) -> int:
    """How many people may have got a version of the issue."""
    row = db.conn.execute(
        f"SELECT count(*) FROM deliveries AS d WHERE d.issue_id = ? AND {MAYBE_MAILED}",  # noqa: S608
        (issue_id,),
    ).fetchone()
    return int(row[0])


def unsent(db: Database, issue_id: int) -> int:
    """How many deliveries of the issue have certainly not left, and would be sent."""
    row = db.conn.execute(
        """SELECT count(*) FROM deliveries AS d
            WHERE d.issue_id = ? AND d.state IN ('queued', 'deferred') AND NOT d.doubted""",
        (issue_id,),
    ).fetchone()
    return int(row[0])


def frames_owed(db: Database, month: Month) -> Sequence[str]:
    """The frames of the versions of a queued issue, and of its corrections, that have open deliveries."""
    rows = db.conn.execute(
        """SELECT v.frame FROM issue_versions AS v JOIN issues AS i ON i.id = v.issue_id
            WHERE i.of_month = ? AND i.state = 'queued'
              AND (v.version = i.version OR EXISTS (
                   SELECT 1 FROM deliveries AS d JOIN editions AS e ON e.id = d.edition_id
                    WHERE d.issue_id = i.id AND e.version = v.version
                      AND d.state IN ('queued', 'sending', 'deferred', 'in_doubt')))""",
        (str(month),),
    )
    return [frame for (frame,) in rows.fetchall()]


def of_month(db: Database, month: Month) -> tuple[IssueVersion, ...]:
    """The frozen versions of a month's issue, with their deliveries, oldest first."""
    rows = db.conn.execute(
        """SELECT v.version, v.queued_at, v.approved_by, v.recalled_at, v.recalled_by, v.why, v.issue_id
             FROM issue_versions AS v JOIN issues AS i ON i.id = v.issue_id
            WHERE i.month = ? ORDER BY v.version""",
        (str(month),),
    ).fetchall()
    return tuple(
        IssueVersion(
            number,
            moment(queued_at),
            tuple(json.loads(approved_by)),
            moment(recalled_at) if recalled_at else None,
            by,
            why,
            _counts(db, issue_id, number),
        )
        for number, queued_at, approved_by, recalled_at, by, why, issue_id in rows
    )


def _counts(db: Database, issue_id: int, version: int) -> Mapping[str, int]:
    sums = ", ".join(f"total(d.state = '{state.value}')" for state in DeliveryState)
    row = db.conn.execute(
        f"""SELECT {sums} FROM deliveries AS d
             WHERE d.issue_id = :issue AND d.edition_id IN
                   (SELECT id FROM editions WHERE issue_id = :issue AND version = :version)""",  # noqa: S608
        {"issue": issue_id, "version": version},
    ).fetchone()
    return {state.value: int(number) for state, number in zip(DeliveryState, row, strict=True)}


# --- what a sender and a recall tell each other ----------------------------------------------------


def recalls(db: Database) -> int:
    """The number of all recalls so far."""
    row = db.conn.execute("SELECT count(*) FROM issue_versions WHERE recalled_at <> ''").fetchone()
    return int(row[0])


def obey(
    db: Database, leases: Iterable[int], known: int, now: datetime, *, in_flight: Iterable[int]
) -> list[int]:
    """Give back the leased deliveries of recalled issues, and note in the leases that `known` recalls
    are obeyed; in one transaction of the caller.

    Those `in_flight`, whose body is being sent, are left to their outcome. Returns the ids given back,
    which the holder must not begin any more.
    """
    listed = json.dumps(list(leases))
    rows = db.conn.execute(
        """UPDATE deliveries AS d INDEXED BY deliveries_held
              SET state = CASE WHEN attempts = 0 THEN 'queued' ELSE 'deferred' END,
                  lease_id = NULL, changed_at = :now
            WHERE d.lease_id IN (SELECT value FROM json_each(:leases))
              AND d.id NOT IN (SELECT value FROM json_each(:in_flight))
              AND d.issue_id IN (SELECT id FROM issues WHERE recalled_at <> '')
           RETURNING id""",
        {"now": stamp(now), "leases": listed, "in_flight": json.dumps(list(in_flight))},
    ).fetchall()
    db.conn.execute(
        "UPDATE leases SET noticed = ? WHERE id IN (SELECT value FROM json_each(?))",
        (known, listed),
    )
    return [delivery_id for (delivery_id,) in rows]


@dataclass(frozen=True, slots=True)
class Unobeyed:
    """A lease whose holder has not obeyed a recall yet."""

    holder: str
    host: str


def unobeyed(db: Database, known: int, now: datetime) -> Sequence[Unobeyed]:
    """The leases that have not expired and whose holders know fewer than `known` recalls."""
    rows = db.conn.execute(
        "SELECT DISTINCT holder, host FROM leases WHERE noticed < ? AND expires_at > ?",
        (known, stamp(now)),
    )
    return [Unobeyed(*row) for row in rows.fetchall()]


def leased_until(db: Database, month: Month) -> str:
    """When the last lease expires that holds deliveries of the month; empty where none does."""
    row = db.conn.execute(
        """SELECT max(l.expires_at) FROM deliveries AS d INDEXED BY deliveries_held
             JOIN leases AS l ON l.id = d.lease_id
            WHERE d.lease_id IS NOT NULL
              AND d.issue_id = (SELECT id FROM issues WHERE month = ?)""",
        (str(month),),
    ).fetchone()
    return row[0] or ""
