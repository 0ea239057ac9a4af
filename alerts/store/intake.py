"""Importing: a whole file of people into the table of subscribers, in one transaction.

Stages the entries in a temporary table on disk, so that memory stays flat, and merges them in the
order of the unique index, which SQLite then fills page by page.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from alerts.model import SuppressionReason
from alerts.roster import Entry
from alerts.store import stamp, suppressions


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that the database refuses: suppressed for a reason, or (None) unsubscribed."""

    line: int
    email: str
    suppressed: SuppressionReason | None


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did, in people; `repeated` counts lines whose address a later line has too."""

    added: int
    updated: int
    unchanged: int
    repeated: int
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What one line does: `outcome` is added, updated or repeated. `field`, `before` and `after`
    name one difference; of a repeated line, `after` is the line that counts instead."""

    line: int
    email: str
    outcome: str
    field: str = ""
    before: str = ""
    after: str = ""


Told = Callable[[Change], None]
COMPARED = (
    *("name", "language", "status", "tags", "consent", "consent_source", "consent_at"),
    *("sections", "paused_until"),
)

# A file never empties a field and never takes a tag away, never confirms and never resubscribes:
# it can only add, correct, or unsubscribe.
_CHOOSE = """
    CREATE TEMP TABLE chosen AS
    SELECT x.line, x.email_key, s.id, p.reason AS suppressed,
           coalesce(s.status = 'unsubscribed' AND x.status <> 'unsubscribed', 0) AS gone,
           CASE WHEN s.id IS NULL THEN x.email ELSE s.email END AS email,
           coalesce(nullif(x.name, ''), s.name, '') AS name,
           coalesce(nullif(x.language, ''), s.language, :language) AS language,
           CASE WHEN s.id IS NULL THEN coalesce(nullif(x.status, ''), 'active')
                WHEN x.status = 'unsubscribed' THEN x.status ELSE s.status END AS status,
           CASE WHEN s.id IS NULL OR s.tags = '[]' THEN x.tags
                WHEN x.tags = '[]' OR x.tags = s.tags THEN s.tags
                ELSE (SELECT json_group_array(value) FROM
                      (SELECT value FROM json_each(s.tags) UNION SELECT value FROM json_each(x.tags)
                       ORDER BY value)) END AS tags,
           coalesce(nullif(x.consent, ''), s.consent, '') AS consent,
           coalesce(nullif(x.consent_source, ''), s.consent_source, :source) AS consent_source,
           coalesce(nullif(x.consent_at, ''), s.consent_at, '') AS consent_at,
           coalesce(nullif(x.sections, '[]'), s.sections, '[]') AS sections,
           coalesce(nullif(x.paused_until, ''), s.paused_until, '') AS paused_until
    FROM (SELECT *, max(line) FROM staged GROUP BY email_key ORDER BY email_key) AS x
    LEFT JOIN main.subscribers AS s ON s.email_key = x.email_key
    LEFT JOIN main.suppressions AS p ON p.email_key = x.email_key
"""


def merge(
    db: Database,
    entries: Iterable[Entry],
    *,
    language: str,
    file: str,
    now: datetime,
    keep: bool,
    told: Told | None = None,
) -> Merged:
    """Take in `entries`, whole or not at all; `keep=False` only tells what would happen.

    `told` is given each change, line by line; it is called while the database is held.

    `language` is for people who are new and whose line names none. Every change leaves an event
    that names the file. Other programs wait only while the staged entries are merged.
    """
    run = db.conn.execute
    try:
        _stage(db, entries)
        run("BEGIN IMMEDIATE")
        try:
            merged = _merge(db, language, file, stamp(now), told)
        except BaseException:
            run("ROLLBACK")
            raise
        run("COMMIT" if keep else "ROLLBACK")
        return merged
    finally:
        run("PRAGMA temp_store = MEMORY")  # drops the temporary tables


def _stage(db: Database, entries: Iterable[Entry]) -> None:
    """Lay entries aside in a temporary table on disk; takes no lock on the database."""
    run = db.conn.execute
    run("PRAGMA temp_store = FILE")
    run(
        """CREATE TEMP TABLE staged (line INTEGER PRIMARY KEY, email_key, email, name, language,
                                     status, tags, consent, consent_source, consent_at, sections,
                                     paused_until)"""
    )
    run("BEGIN")
    try:
        db.conn.executemany(
            "INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entries
        )
    except BaseException:
        run("ROLLBACK")
        raise
    run("COMMIT")


def _merge(db: Database, language: str, file: str, at: str, told: Told | None) -> Merged:
    run = db.conn.execute
    run(_CHOOSE, {"language": language, "source": f"import of {file}"})
    if suppressions.register_hash(db):
        run(
            """UPDATE chosen SET suppressed = h.reason
               FROM main.suppressions AS h WHERE h.address_hash = address_hash(chosen.email_key)"""
        )
    refused = tuple(
        Refused(line, email, SuppressionReason(reason) if reason else None)
        for line, email, reason in run(
            "SELECT line, email, suppressed FROM chosen WHERE suppressed IS NOT NULL OR gone"
        )
    )
    run("DELETE FROM chosen WHERE suppressed IS NOT NULL OR gone")
    if told is not None:
        run("CREATE INDEX temp.chosen_by_key ON chosen (email_key)")
    lines, people = run(
        "SELECT (SELECT count(*) FROM staged), (SELECT count(*) FROM chosen)"
    ).fetchone()
    if told is not None:
        for change in _changes(db):
            told(change)
    facts = {"at": at, "detail": json.dumps({"file": file})}
    added, updated = _insert(db, facts), _update(db, facts)
    unchanged = people - added - updated
    return Merged(added, updated, unchanged, lines - people - len(refused), refused)


def _changes(db: Database) -> Iterator[Change]:
    """What the chosen lines change, in the order of the file, and the lines that don't count."""
    fields = ", ".join(f"s.{name}, c.{name}" for name in COMPARED)
    rows = db.conn.execute(
        f"""SELECT x.line, x.email, c.line, c.id, {fields}
              FROM staged AS x
              LEFT JOIN chosen AS c ON c.email_key = x.email_key
              LEFT JOIN main.subscribers AS s ON s.id = c.id ORDER BY x.line"""  # noqa: S608
    )
    for line, email, counts, known, *values in rows:
        if counts is None:  # refused, and said elsewhere
            continue
        if counts != line:
            yield Change(line, email, "repeated", after=str(counts))
        elif known is None:
            yield Change(line, email, "added")
        else:
            pairs = zip(COMPARED, values[::2], values[1::2], strict=True)
            for field, before, after in pairs:
                if before != after:
                    yield Change(line, email, "updated", field, before, after)


def _insert(db: Database, facts: dict[str, str]) -> int:
    """Add the chosen who are new; returns how many."""
    highest = db.conn.execute("SELECT coalesce(max(id), 0) FROM subscribers").fetchone()[0]
    added = db.conn.execute(
        """INSERT INTO subscribers (email_key, created_at, updated_at, email, name, language, status,
                                    tags, consent, consent_source, consent_at, sections, paused_until)
           SELECT email_key, :at, :at, email, name, language, status,
                  tags, consent, consent_source, consent_at, sections, paused_until
           FROM chosen WHERE id IS NULL ORDER BY rowid""",
        facts,
    ).rowcount
    db.conn.execute(
        """INSERT INTO events (at, kind, subscriber_id, detail)
           SELECT :at, 'subscriber.added', id, :detail FROM subscribers WHERE id > :highest""",
        {**facts, "highest": highest},
    )
    return added


def _update(db: Database, facts: dict[str, str]) -> int:
    """Change the chosen who are there and differ; returns how many."""
    run = db.conn.execute
    run(
        """CREATE TEMP TABLE differing AS
           SELECT c.*, c.status <> s.status AS leaves
           FROM chosen AS c JOIN main.subscribers AS s ON s.id = c.id
           WHERE (c.name, c.language, c.status, c.tags, c.consent, c.consent_source, c.consent_at,
                  c.sections, c.paused_until)
              <> (s.name, s.language, s.status, s.tags, s.consent, s.consent_source, s.consent_at,
                  s.sections, s.paused_until)
           ORDER BY c.rowid"""
    )
    run(
        """INSERT INTO events (at, kind, subscriber_id, detail)
           SELECT :at, iif(leaves, 'subscriber.unsubscribed', 'subscriber.changed'), id, :detail
           FROM differing ORDER BY rowid""",
        facts,
    )
    return run(
        """UPDATE subscribers SET name = d.name, language = d.language, status = d.status,
                  tags = d.tags, consent = d.consent, consent_source = d.consent_source,
                  consent_at = d.consent_at, sections = d.sections, paused_until = d.paused_until,
                  updated_at = :at
           FROM differing AS d WHERE d.id = subscribers.id""",
        facts,
    ).rowcount
