"""Corrections: short messages to those who got an issue with a mistake, in the outbox as any issue is.

A correction is a row of `issues` with the key `2026-10/1`, its editions and its deliveries, so all that
holds for the outbox holds for it. What concerns the month's issue alone asks for `month`, what concerns
both for `of_month`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.delivery import DeliveryState
from alerts.domain.month import Month
from alerts.store import moment, stamp
from alerts.store.issue_versions import MAYBE_MAILED
from alerts.store.link_numbers import NEW_MARK
from alerts.store.recipients import EVERYBODY, Recipients, chosen

# Condition: the delivery `d` is a copy with the mistake, of one of the editions.
_WRONG = f"d.edition_id IN (SELECT value FROM json_each(:editions)) AND {MAYBE_MAILED}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that was queued. `versions`, `article` and `where` say whom it was for; `counts` are its
    deliveries by state."""

    number: int
    at: datetime
    texts: Mapping[str, str]
    versions: tuple[int, ...]
    article: str
    counts: Mapping[str, int]
    where: str = ""


@dataclass(frozen=True, slots=True)
class MailedEdition:
    """An edition of an issue that may have the mistake."""

    id: int
    version: int
    html: str
    sections: tuple[str, ...]


def editions(db: Database, issue_id: int, versions: Sequence[int]) -> Sequence[MailedEdition]:
    """The editions of those versions, those of some sections too."""
    rows = db.conn.execute(
        """SELECT id, version, html, sections FROM editions
            WHERE issue_id = ? AND version IN (SELECT value FROM json_each(?)) ORDER BY id""",
        (issue_id, json.dumps(list(versions))),
    )
    return [
        MailedEdition(number, version, html, tuple(json.loads(sections)))
        for number, version, html, sections in rows.fetchall()
    ]


def languages(
    db: Database, edition_ids: Sequence[int], recipients: Recipients = EVERYBODY
) -> Mapping[str, int]:
    """Who would get a correction to those editions: how many people by their language."""
    with chosen(db, recipients) as condition:
        rows = db.conn.execute(
            f"""SELECT s.language, count(*)
                  FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
                 WHERE {_WRONG} AND {condition} GROUP BY s.language ORDER BY s.language""",  # noqa: S608
            {"editions": json.dumps(list(edition_ids))},
        )
        return dict(rows.fetchall())


def add(
    db: Database,
    issue_id: int,
    month: Month,
    about: Mapping[str, object],
    frame: str,
    secret_id: int,
    now: datetime,
) -> tuple[int, int]:
    """Begin a correction of that issue; returns its id and its number. `about` is its content."""
    (number,) = db.conn.execute(
        "SELECT count(*) + 1 FROM issues WHERE corrects = ?", (issue_id,)
    ).fetchone()
    content = json.dumps({"correction": about}, ensure_ascii=False, sort_keys=True)
    values = (content, frame, secret_id, stamp(now))
    cursor = db.conn.execute(
        f"""INSERT INTO issues (month, corrects, state, content, frame, secret_id, queued_at, created_at,
                                mark)
            VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?6, ?6, {NEW_MARK})""",  # noqa: S608
        (f"{month}/{number}", issue_id, *values),
    )
    added = int(cursor.lastrowid or 0)
    db.conn.execute(
        """INSERT INTO issue_versions (issue_id, version, content, frame, secret_id, queued_at)
           VALUES (?, 1, ?, ?, ?, ?)""",
        (added, *values),
    )
    return added, int(number)


def owe(
    db: Database,
    correction_id: int,
    edition_ids: Sequence[int],
    edition_of: Mapping[str, int],
    now: datetime,
    recipients: Recipients = EVERYBODY,
) -> int:
    """Owe a correction to everyone of the recipients who may have a copy of those editions; returns to
    how many.

    `edition_of` has the edition for each language of `languages`. Whoever asked for a pause is skipped.
    """
    with chosen(db, recipients) as condition:
        return _owe(db, correction_id, edition_ids, edition_of, now, condition)


def _owe(
    db: Database,
    correction_id: int,
    edition_ids: Sequence[int],
    edition_of: Mapping[str, int],
    now: datetime,
    condition: str,
) -> int:
    return db.conn.execute(
        f"""INSERT INTO deliveries (issue_id, edition_id, subscriber_id, due_at, changed_at, state, reason)
            SELECT :correction, e.value, s.id, :now, :now,
                   CASE WHEN s.paused_until > :now THEN 'skipped' ELSE 'queued' END,
                   CASE WHEN s.paused_until > :now THEN 'paused' ELSE '' END
              FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
              JOIN json_each(:edition_of) AS e ON e.key = s.language
             WHERE {_WRONG} AND {condition} ORDER BY s.id""",  # noqa: S608
        {
            "correction": correction_id,
            "edition_of": json.dumps(dict(edition_of)),
            "editions": json.dumps(list(edition_ids)),
            "now": stamp(now),
        },
    ).rowcount


def of_month(db: Database, month: Month) -> tuple[Correction, ...]:
    """The corrections of a month's issue, oldest first."""
    sums = ", ".join(f"total(d.state = '{state.value}')" for state in DeliveryState)
    rows = db.conn.execute(
        f"""SELECT i.month, i.queued_at, i.content, {sums}
              FROM issues AS i LEFT JOIN deliveries AS d ON d.issue_id = i.id
             WHERE i.corrects IS NOT NULL AND i.of_month = ? GROUP BY i.id ORDER BY i.id""",  # noqa: S608
        (str(month),),
    )
    return tuple(_correction(*row) for row in rows.fetchall())


def being_made(db: Database, month: Month) -> datetime | None:
    """Since when the version of a month's issue that the archive shows is recalled, and the next one not
    frozen; None also where all of the issue was withdrawn."""
    row = db.conn.execute(
        """SELECT recalled_at FROM issues AS i
            WHERE month = ? AND recalled_at <> '' AND shown > 0
              AND NOT EXISTS (SELECT 1 FROM withdrawals AS w
                               WHERE w.issue_id = i.id AND w.article_id = '')""",
        (str(month),),
    ).fetchone()
    return moment(row[0]) if row else None


def of_subscriber(db: Database, subscriber_id: int, month: Month) -> Sequence[tuple[int, str, str]]:
    """The corrections of that month that one person is owed or has: number, state, since when."""
    rows = db.conn.execute(
        """SELECT i.month, d.state, d.changed_at FROM deliveries AS d JOIN issues AS i ON i.id = d.issue_id
            WHERE d.subscriber_id = ? AND i.corrects IS NOT NULL AND i.of_month = ? ORDER BY i.id""",
        (subscriber_id, str(month)),
    )
    return [(number_of(key), state, since) for key, state, since in rows.fetchall()]


def number_of(key: str) -> int:
    """The number of a correction by its key; 0 for the issue of a month."""
    return int(key.partition("/")[2] or 0)


def _correction(key: str, queued_at: str, content: str, *sums: float) -> Correction:
    about = json.loads(content)["correction"]
    counts = {state.value: int(sum_) for state, sum_ in zip(DeliveryState, sums, strict=True)}
    return Correction(
        number_of(key),
        moment(queued_at),
        about["texts"],
        tuple(about["versions"]),
        about["article"],
        counts,
        about.get("where", ""),
    )
