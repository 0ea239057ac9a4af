"""What an issue said when it was approved last, to compare it with what it says now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import moment, stamp


@dataclass(frozen=True, slots=True)
class ApprovedTexts:
    """The texts of an approved issue, as `issue/compare.py` makes them; who approved them, and when."""

    content_hash: str
    names: tuple[str, ...]
    at: datetime
    texts: Mapping[str, Any]


def put(
    db: Database, issue_id: int, content_hash: str, texts: Mapping[str, Any], now: datetime
) -> None:
    """Store them, in place of those of an earlier approval."""
    db.conn.execute(
        """INSERT INTO approved_texts (issue_id, content_hash, at, texts) VALUES (?, ?, ?, ?)
           ON CONFLICT (issue_id) DO UPDATE
              SET content_hash = excluded.content_hash, at = excluded.at, texts = excluded.texts""",
        (issue_id, content_hash, stamp(now), json.dumps(texts, ensure_ascii=False)),
    )


def there(db: Database, month: Month) -> bool:
    """Whether the issue of a month was approved, so that there is something to compare."""
    row = db.conn.execute(
        "SELECT 1 FROM approved_texts JOIN issues AS i ON i.id = issue_id WHERE i.month = ?",
        (str(month),),
    ).fetchone()
    return row is not None


def find(db: Database, month: Month) -> ApprovedTexts | None:
    """Those of the issue of a month; None where nobody has approved it."""
    row = db.conn.execute(
        """SELECT t.issue_id, t.content_hash, t.at, t.texts FROM approved_texts AS t
             JOIN issues AS i ON i.id = t.issue_id WHERE i.month = ?""",
        (str(month),),
    ).fetchone()
    if row is None:
        return None
    issue_id, content_hash, at, texts = row
    names = db.conn.execute(
        "SELECT DISTINCT approved_by FROM approvals WHERE issue_id = ? AND content_hash = ? ORDER BY id",
        (issue_id, content_hash),
    ).fetchall()
    return ApprovedTexts(
        content_hash, tuple(name for (name,) in names), moment(at), json.loads(texts)
    )
