"""Filling the outbox, against one bare `INSERT … SELECT` of the same rows in the same run.

`python -m benchmarks.queueing [--readers N]` owes N subscribers an issue as `alerts queue` does, in one
transaction that looks at every suppression and keeps every constraint, and then copies the rows it made,
in one statement, into a table with the same columns and primary key: once with UNIQUE (subscriber,
issue), without which it would be no outbox, and once with nothing else. Prints times and ratios.
"""

import argparse
import tempfile
import time
from pathlib import Path

from sqlite_utils import Database

from alerts import cli
from tests.factories import add_subscribers, database, queue_issue


def columns(db: Database) -> str:
    """Those of the outbox, with their types and the primary key, and no other constraint."""
    found = db.execute("SELECT name, type, pk FROM pragma_table_info('deliveries')").fetchall()
    return ", ".join(f"{name} {kind}{' PRIMARY KEY' if key else ''}" for name, kind, key in found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        cli.call(["-q", "init", str(root)])
        db = database(root)
        add_subscribers(db, options.readers)
        began = time.perf_counter()
        queued = queue_issue(root, db)
        mine = time.perf_counter() - began
        for name, unique in (("outbox", ", UNIQUE (subscriber_id, issue_id)"), ("bare", "")):
            db.execute(f"CREATE TABLE {name} ({columns(db)}{unique}) STRICT")
            began = time.perf_counter()
            db.execute(f"INSERT INTO {name} SELECT * FROM deliveries")
            seconds = time.perf_counter() - began
            print(f"{name:<7} {seconds:.2f} s; {queued} deliveries queued in {mine:.2f} s"
                  f" = {mine / seconds:.2f} x")  # fmt: skip
        db.close()


if __name__ == "__main__":
    main()
