"""Every issue in one list: those of months, special alerts, corrections, and imported ones.

None of it grows with the number of readers: the counts of what is sent are kept (`settled_counts`), and only
issues that are open are counted.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.withdrawal import WHOLE_ISSUE
from alerts.store import moment, outbox_figures
from alerts.store.outbox import OPEN


@dataclass(frozen=True, slots=True)
class IssueEntry:
    """One issue in the list, by its `key`. `kind` is month, special, correction or imported.

    `state` is draft, approved, queued or sent, or what came over it: recalled, dropped, withdrawn; imported
    for one of an earlier system. `version` is the one that is edited, or was frozen last. `at` is when it was
    queued last (UTC), `scheduled` when a special alert goes that is not queued. `counts` are its
    deliveries by state; `languages` those of its editions.
    """

    key: str
    kind: str
    state: str
    version: int = 1
    subject: str = ""
    languages: tuple[str, ...] = ()
    at: datetime | None = None
    scheduled: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def owed(self) -> int:
        """To how many people it is or was owed."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """How many copies the relay has accepted."""
        return self.counts.get("sent", 0)

    @property
    def open(self) -> int:
        """How many copies are still to be sent, or in doubt."""
        return sum(self.counts.get(state, 0) for state in OPEN)


def everything(db: Database) -> Sequence[IssueEntry]:
    """All issues: the newest month first, in it the issue of the month before the others."""
    found = [*_ours(db), *_imported(db)]
    return sorted(sorted(found, key=lambda one: one.key), key=lambda one: one.key[:7], reverse=True)


def _ours(db: Database) -> Iterator[IssueEntry]:
    """The issues of this system, also of months that only have articles."""
    rows = db.query(
        """SELECT i.*, c.states AS settled,
                  (SELECT subject FROM editions AS e
                    WHERE e.issue_id = i.id AND e.sections = '[]' ORDER BY e.version DESC, e.id LIMIT 1)
                      AS mailed_subject,
                  (SELECT subject FROM faces AS f WHERE f.issue_id = i.id AND f.subject <> ''
                    ORDER BY f.rowid LIMIT 1) AS written_subject,
                  (SELECT json_group_array(language) FROM (
                       SELECT language FROM editions AS e
                        WHERE e.issue_id = i.id AND e.sections = '[]'
                          AND e.version = (SELECT max(version) FROM editions WHERE issue_id = i.id)
                        ORDER BY e.id)) AS languages,
                  EXISTS (SELECT 1 FROM withdrawals AS w WHERE w.issue_id = i.id AND w.article_id = ?)
                      AS withdrawn
             FROM issues AS i LEFT JOIN settled_counts AS c ON c.issue_id = i.id AND i.state = 'sent'""",
        [WHOLE_ISSUE],
    )
    for row in list(rows):
        yield _entry(db, row)
    only_articles = db.conn.execute(
        "SELECT DISTINCT month FROM articles WHERE month NOT IN (SELECT month FROM issues)"
    )
    yield from (IssueEntry(month, "month", "draft") for (month,) in only_articles.fetchall())


def _entry(db: Database, row: Mapping[str, Any]) -> IssueEntry:
    begun = bool(row["queued_at"])
    if row["settled"]:
        counts: Mapping[str, int] = json.loads(row["settled"])
    else:
        counts = outbox_figures.counted(db, row["month"]) if begun else {}
    over = {
        "withdrawn": row["withdrawn"],
        "dropped": row["dropped_at"],
        "recalled": row["recalled_at"],
    }
    state = next((name for name, holds in over.items() if holds), row["state"])
    subjects = [row["mailed_subject"], row["written_subject"]]
    if state == "withdrawn":  # it may say what was withdrawn
        subjects = []
    elif row["state"] in ("draft", "approved"):
        subjects.reverse()
    waits = row["send_at"] and row["state"] in ("draft", "approved") and not row["dropped_at"]
    return IssueEntry(
        row["month"],
        row["kind"],
        state,
        row["version"],
        next(filter(None, subjects), ""),
        tuple(json.loads(row["languages"])),
        moment(row["queued_at"]) if begun else None,
        moment(row["send_at"]) if waits else None,
        {name: number for name, number in counts.items() if number},
    )


def _imported(db: Database) -> Iterator[IssueEntry]:
    """Those of an earlier system, each in all its languages."""
    rows = db.conn.execute(
        """SELECT key, min(CASE withdrawn_at WHEN '' THEN subject ELSE '' END), max(withdrawn_at <> ''),
                  json_group_array(language)
             FROM (SELECT * FROM imported_issues ORDER BY key, id) GROUP BY key"""
    )
    for key, subject, withdrawn, languages in rows.fetchall():
        state = "withdrawn" if withdrawn else "imported"
        yield IssueEntry(key, "imported", state, 1, subject, tuple(json.loads(languages)))
