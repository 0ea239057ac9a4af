"""An import sorts nothing in memory, however long the list."""

from sqlite_utils import Database

from alerts.domain.entry import LINES
from alerts.store import subscriber_import


def test_the_lines_of_each_file_are_counted_without_sorting_them() -> None:
    db = Database(memory=True)
    db.conn.execute("ATTACH ':memory:' AS staging")
    db.conn.execute("CREATE TABLE staging.staged (line INTEGER PRIMARY KEY, email_key)")
    lines = [*range(2, 7), *range(2 * LINES + 1, 2 * LINES + 4)]  # the second file has no people
    db.conn.executemany("INSERT INTO staging.staged VALUES (?, 'a@b.org')", ((n,) for n in lines))
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    found = subscriber_import._with_repeated(db, {(0, "active"): 3, (2, "pending"): 1})
    db.conn.set_trace_callback(None)
    assert found == {
        (0, "active"): 3,
        (2, "pending"): 1,
        (0, "repeated"): 2,
        (2, "repeated"): 2,
    }
    assert statements
    for statement in statements:
        plan = db.conn.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        assert not any("TEMP B-TREE" in row[3] for row in plan), statement
    db.close()
