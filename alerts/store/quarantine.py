"""The quarantine: articles that were collected and are not plausible, with the reasons.

Guarantees: what an editor has decided about an article is never decided anew.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.month import Month
from alerts.store import stamp


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An article in quarantine. `asked`: the address that is read again, or ''; `linked_as`: the text of
    the link that led there; `settled`: an editor has decided. The `reasons` of one that came by mail name
    its sender."""

    article_id: str
    month: Month
    source_id: int | None
    reasons: tuple[str, ...]
    asked: str = ""
    linked_as: str = ""
    settled: bool = False


_ALL = """
    SELECT q.article_id, a.month, a.source_id, q.reasons, q.asked, q.linked_as, q.settled, q.sender
      FROM quarantine AS q JOIN articles AS a ON a.id = q.article_id
"""


def keep(
    db: Database,
    article_id: str,
    reasons: Sequence[str],
    now: datetime,
    *,
    asked: str = "",
    linked_as: str = "",
    sender: str | None = None,
    mailbox_id: int | None = None,
) -> None:
    """Put an article into quarantine; of one that is there already only the reasons change.

    `sender`: who mailed it in, `mailbox_id`: through which source; None for what no mail brought.
    """
    db.conn.execute(
        """INSERT INTO quarantine (article_id, reasons, asked, linked_as, since, sender, mailbox_id)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (article_id) DO UPDATE SET reasons = excluded.reasons""",
        (
            article_id,
            json.dumps(reasons, ensure_ascii=False),
            asked,
            linked_as,
            stamp(now),
            sender,
            mailbox_id,
        ),
    )


def find(db: Database, article_id: str) -> Quarantined | None:
    """What is known of an article in quarantine, also of a settled one; None for any other."""
    row = db.conn.execute(f"{_ALL} WHERE q.article_id = ?", (article_id,)).fetchone()
    return _read(row) if row else None


def open_ones(db: Database, month: Month | None = None) -> tuple[Quarantined, ...]:
    """Those that nobody has decided about, of one month or of all, in the order of their ids."""
    rows = db.conn.execute(
        f"{_ALL} WHERE NOT q.settled AND a.month = coalesce(?, a.month) ORDER BY q.article_id",
        (str(month) if month else None,),
    )
    return tuple(map(_read, rows.fetchall()))


def waiting(db: Database, since: datetime, read_before: datetime) -> tuple[Quarantined, ...]:
    """Those whose page is to be read again: nobody has decided, they came after `since`, and their page
    was last read before `read_before`."""
    rows = db.conn.execute(
        f"""{_ALL} WHERE NOT q.settled AND q.asked <> '' AND q.since > ?
               AND coalesce(q.read_at, q.since) <= ? ORDER BY q.since, q.article_id""",
        (stamp(since), stamp(read_before)),
    )
    return tuple(map(_read, rows.fetchall()))


def keep_read(db: Database, article_ids: Iterable[str], now: datetime) -> None:
    """Record that the pages of these were asked for again."""
    db.conn.executemany(
        "UPDATE quarantine SET read_at = ? WHERE article_id = ?",
        [(stamp(now), article_id) for article_id in article_ids],
    )


def settle(db: Database, article_id: str) -> None:
    """Record that an editor has decided about an article, if it is in quarantine; who mailed it in is
    forgotten."""
    db.conn.execute(
        """UPDATE quarantine SET settled = 1, sender = CASE WHEN sender IS NULL THEN NULL ELSE '' END
            WHERE article_id = ?""",
        (article_id,),
    )


def forget_senders(db: Database, before: datetime) -> None:
    """Forget who mailed in what came before that moment."""
    db.conn.execute(
        "UPDATE quarantine SET sender = '' WHERE sender <> '' AND since < ?", (stamp(before),)
    )


def release(db: Database, article_id: str) -> None:
    """Take an article out of quarantine."""
    db.conn.execute("DELETE FROM quarantine WHERE article_id = ?", (article_id,))


def _read(row: Sequence[Any]) -> Quarantined:
    id_, month, source_id, reasons, asked, linked_as, settled, sender = row
    told = tuple(map(str, json.loads(reasons)))
    told = (f"{told[0]} from {sender}", *told[1:]) if sender and told else told
    return Quarantined(id_, Month.parse(month), source_id, told, asked, linked_as, bool(settled))
