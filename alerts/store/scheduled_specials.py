"""Special alerts that are to be queued and sent at a moment."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import moment, stamp

_COLUMNS = "month, send_at, send_anyway"


@dataclass(frozen=True, slots=True)
class ScheduledSpecial:
    """A special alert that goes at that moment (UTC); `anyway` are the obstacles that were let through when
    it was chosen."""

    month: Month
    at: datetime
    anyway: frozenset[str] = frozenset()


def choose(db: Database, issue_id: int, at: datetime | None, anyway: Collection[str] = ()) -> None:
    """Keep at which moment an issue goes; with None, that it only goes by name."""
    db.conn.execute(
        "UPDATE issues SET send_at = ?, send_anyway = ? WHERE id = ?",
        (stamp(at) if at else "", json.dumps(sorted(anyway)), issue_id),
    )


def find(db: Database, month: Month) -> ScheduledSpecial | None:
    """The moment of that special alert, also when it has passed; None where it has none."""
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM issues WHERE month = ? AND send_at <> ''",  # noqa: S608
        (str(month),),
    ).fetchone()
    return _scheduled(row) if row else None


def waiting(db: Database) -> Sequence[ScheduledSpecial]:
    """Those that are not queued, recalled or dropped, the earliest first."""
    rows = db.conn.execute(
        f"""SELECT {_COLUMNS} FROM issues
             WHERE send_at <> '' AND state IN ('draft', 'approved') AND dropped_at = ''
               AND recalled_at = ''
             ORDER BY send_at, month"""  # noqa: S608
    )
    return [_scheduled(row) for row in rows.fetchall()]


def _scheduled(row: tuple[Any, ...]) -> ScheduledSpecial:
    month, at, anyway = row
    return ScheduledSpecial(Month.parse(month), moment(at), frozenset(json.loads(anyway)))
