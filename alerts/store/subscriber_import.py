"""Imports a whole file of people into the table of subscribers, while others continue to write.

The entries are first stored in a file of their own beside the database (the staging file), so that
memory is constant and nobody waits for it. They are merged in the order of the unique index, which
SQLite then fills page by page, in transactions of `CHUNK` people. Between two of these, waiting writers
have their turn.

An import is complete or not done at all: the table `imports` records that one was started and how far
it has come, so the next process that opens the database after a crash finishes it (`finish`).
"""

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.entry import LINES, Entry
from alerts.domain.errors import LockHeld
from alerts.domain.subscriber import IMPORTED
from alerts.store import (
    flush,
    import_chunk,
    import_departures,
    imported_suppressions,
    may_pass,
    moment,
    stamp,
    transaction,
)
from alerts.store.import_changes import Told, changes_of
from alerts.store.import_chunk import CHUNK, COMPARED, Chosen, RefusedEntry, Work
from alerts.store.import_functions import register_functions
from alerts.store.lock import give_way, project_lock

_STAGED = f"""CREATE TABLE staging.staged (line INTEGER PRIMARY KEY, email_key,
                                              {", ".join(IMPORTED)})"""
_LAY = f"INSERT INTO staging.staged VALUES (?, ?{', ?' * len(IMPORTED)})"  # noqa: S608

# People on several lines: all of their tags, and the worst status of any line.
_GATHER = """
    UPDATE staging.people AS p SET status = r.standing, tags = r.tags
    FROM (SELECT email_key, worst(status) AS standing, every_tag(tags) AS tags FROM staging.staged
           WHERE email_key IN (SELECT email_key FROM staging.people WHERE copies > 1)
           GROUP BY email_key) AS r
    WHERE p.copies > 1 AND r.email_key = p.email_key
"""


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge, in people; `repeated` counts lines whose address a later line has too.

    `stand` counts, by number of the file and status (suppressed is one), the present status of the
    people whose counting line is in that file; lines that are repeated are counted as such.
    """

    added: int
    updated: int
    unchanged: int
    repeated: int
    refused: tuple[RefusedEntry, ...]
    stand: Mapping[tuple[int, str], int] = field(default_factory=dict)


def merge(
    db: Database,
    entries: Iterable[Entry],
    *,
    language: str,
    file: str,
    now: datetime,
    keep: bool,
    asserted: str = "",
    told: Told | None = None,
) -> Merged:
    """Import `entries`, completely or not at all; `keep=False` only reports what would happen.

    `told` is given each change, line by line, before any of them is made; the database is not locked
    meanwhile. `language` is for new people whose line has none. Every change records an event that
    names the file. `asserted`: where and how people have subscribed of whom the file itself does not
    say so. Raises `LockHeld` where another import is in progress.
    """
    path = _path(db)
    with importing(path, now):
        _begin(db, path)
        try:
            lines, people = _stage(db, entries)
            work = Work(file, language, stamp(now), 0, people, asserted)
            if told is not None or not keep:
                merged = _plan(db, work, tell=told is not None)
            if told is not None:
                with closing(changes_of(db)) as changes:
                    for change in changes:
                        told(change)
            if keep:
                flush(_staging(path))
                slots = import_departures.announce(db, now)
                with transaction(db):
                    db.conn.execute(
                        "INSERT INTO imports VALUES (1, ?, ?, ?, 0, ?, ?)",
                        (file, language, work.at, people, asserted),
                    )
                merged = _merge(db, work)
                import_departures.carry_out(db, slots)
            stand = _with_repeated(db, merged.stand)
        finally:
            _end(db, path)
    return Merged(
        merged.added,
        merged.updated,
        merged.unchanged,
        lines - people,
        merged.refused,
        stand,
    )


@contextmanager
def importing(path: Path, now: datetime) -> Iterator[None]:
    """Hold the lock of imports, also to make sure that none is in progress; raises `LockHeld`."""
    with project_lock(path, "subscriber import", now, "import"):
        yield


def under_way(db: Database) -> bool:
    """Whether an import was started and is not merged completely."""
    return db.conn.execute("SELECT 1 FROM imports").fetchone() is not None


def finish(db: Database) -> None:
    """Finish an import whose process died; called when the database is opened.

    Where the disk is full or another writer is active, the next process that opens it will try again.
    """
    if not under_way(db):
        return
    try:
        _finish(db)
    except LockHeld:  # its process is running
        return
    except (sqlite3.OperationalError, OSError) as fault:
        if not may_pass(fault):
            raise


def _finish(db: Database) -> None:
    path = _path(db)
    select = "SELECT file, language, at, done, people, asserted FROM imports"
    at = db.conn.execute(select).fetchone()[2]
    with importing(path, moment(at)):
        row = db.conn.execute(select).fetchone()
        if row is None:
            return
        # the database was copied without the staging file: the file must be imported again
        if not _staging(path).exists():
            with transaction(db):
                db.conn.execute("DELETE FROM imports")
            return
        db.conn.execute("ATTACH ? AS staging", (str(_staging(path)),))
        try:
            _merge(db, Work(*row))
        finally:
            _end(db, path)


def _path(db: Database) -> Path:
    return Path(db.conn.execute("PRAGMA database_list").fetchone()[2])


def _staging(path: Path) -> Path:
    return path.with_name(f"{path.name}.importing")


def _begin(db: Database, path: Path) -> None:
    """Create an empty staging file; one that a killed import has left there was never used."""
    _staging(path).unlink(missing_ok=True)
    # the file contains people's addresses
    os.close(os.open(_staging(path), os.O_CREAT | os.O_WRONLY, 0o600))
    db.conn.execute("ATTACH ? AS staging", (str(_staging(path)),))
    db.conn.execute("PRAGMA staging.journal_mode = OFF")  # a damaged file is deleted
    db.conn.execute("PRAGMA staging.synchronous = OFF")  # flushed once, as a whole


def _end(db: Database, path: Path) -> None:
    """Delete the staging file, unless an import that was started is not finished."""
    import_chunk.drop(db)
    db.conn.execute("DETACH staging")
    if not under_way(db):
        _staging(path).unlink(missing_ok=True)


def _stage(db: Database, entries: Iterable[Entry]) -> tuple[int, int]:
    """Store entries in the staging file; returns the numbers of lines and people. Does not lock the
    database."""
    run = db.conn.execute
    run(_STAGED)
    run("PRAGMA temp_store = FILE")  # people are sorted: a million of them take 150 MB of memory
    run("BEGIN")
    try:
        db.conn.executemany(_LAY, ((line, key, *fields) for line, key, fields in entries))
        run(
            """CREATE TABLE staging.people AS
               SELECT *, max(line), count(*) AS copies
                 FROM staging.staged GROUP BY email_key ORDER BY email_key"""
        )
        register_functions(db)
        run(_GATHER)
    except BaseException:
        run("ROLLBACK")
        raise
    else:
        run("COMMIT")
    finally:
        run("PRAGMA temp_store = MEMORY")
    lines, people = run(
        "SELECT (SELECT count(*) FROM staging.staged), (SELECT count(*) FROM staging.people)"
    ).fetchone()
    return int(lines), int(people)


def _plan(db: Database, work: Work, *, tell: bool) -> Merged:
    """The result of a merge, without writing; `tell` stores the changes for
    `import_changes.changes_of`."""
    run = db.conn.execute
    if tell:
        run("CREATE INDEX staging.staged_by_key ON staged (email_key)")
        fields = ", ".join(f"s.{name} AS old_{name}, c.{name} AS new_{name}" for name in COMPARED)
        noted = f"""SELECT x.line, x.email, c.line AS counts, c.id, {fields}
                      FROM chosen AS c JOIN staging.staged AS x ON x.email_key = c.email_key
                      LEFT JOIN main.subscribers AS s ON s.id = c.id"""  # noqa: S608
    total = Merged(0, 0, 0, 0, ())
    for done in range(0, work.people, CHUNK):
        chosen = import_chunk.choose(db, work, done)
        (people,) = run("SELECT count(*) FROM chosen").fetchone()
        added, updated = import_chunk.counted(db)
        if tell:
            into = "INSERT INTO staging.changes" if done else "CREATE TABLE staging.changes AS"
            run(f"{into} {noted}")
        import_chunk.drop(db)
        total = _sum(total, added, updated, people, chosen)
    return total


def _merge(db: Database, work: Work) -> Merged:
    """Merge the people who are not merged yet, chunk by chunk, each in one transaction."""
    path = _path(db)
    detail = {"file": work.file, **({"asserted": work.asserted} if work.asserted else {})}
    facts = {"at": work.at, "detail": json.dumps(detail, ensure_ascii=False)}
    total = Merged(0, 0, 0, 0, ())
    for done in range(work.done, work.people, CHUNK):
        give_way(path)
        with transaction(db, own_keys=True):
            chosen = import_chunk.choose(db, work, done)
            (people,) = db.conn.execute("SELECT count(*) FROM chosen").fetchone()
            added, updated = import_chunk.insert(db, facts), import_chunk.update(db, facts)
            new, known = imported_suppressions.suppress(db, work.file, moment(work.at))
            added, updated = added + new, updated + known
            import_chunk.drop(db)
            db.conn.execute("UPDATE imports SET done = ?", (done + CHUNK,))
        total = _sum(total, added, updated, people, chosen)
    with transaction(db):
        db.conn.execute("DELETE FROM imports")
    return total


def _sum(total: Merged, added: int, updated: int, people: int, chosen: Chosen) -> Merged:
    """The sum so far and one more chunk, of which `people` were not refused."""
    unchanged = people - added - updated + chosen.kept_out
    return Merged(
        total.added + added,
        total.updated + updated,
        total.unchanged + unchanged,
        0,
        total.refused + chosen.refused,
        Counter(total.stand) + Counter(chosen.stand),
    )


def _with_repeated(
    db: Database, stand: Mapping[tuple[int, str], int]
) -> dict[tuple[int, str], int]:
    """The statuses of people, and how many lines of each file are repeated by a later one."""
    # file by file along the key: GROUP BY would sort all lines in memory, 44 octets each
    (last,) = db.conn.execute("SELECT max(line) FROM staging.staged").fetchone()
    counted = "SELECT count(*) FROM staging.staged WHERE line >= ? AND line < ?"
    repeated = {}
    for file in range((last or 0) // LINES + 1):
        (number,) = db.conn.execute(counted, (file * LINES, (file + 1) * LINES)).fetchone()
        if number:
            people = sum(n for (at, _), n in stand.items() if at == file)
            repeated[file, "repeated"] = number - people
    return {**stand, **repeated}
