"""A database of before there were versions: its archive stays byte for byte, and its numbers good."""

from hashlib import sha256
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.archived import hashes
from alerts.domain.month import Month
from alerts.store import archive, issue_list, issue_versions
from alerts.store.migrations import MIGRATIONS
from tests.factories import database_at, sqlite_connection

OCTOBER, HTML = Month(2026, 10), "<h1>October</h1>" + "<p>£ and ¿?</p>" * 4000
TABLES = ("editions", "archived", "deliveries", "issues")


def _before(path: Path) -> dict[str, list[dict[str, object]]]:
    """October sent to one, with one in doubt and one who was; November approved."""
    path.touch()
    connection = sqlite_connection(path, isolation_level=None)
    db = Database(connection)
    MIGRATIONS.apply(db, stop_before="m036_versions")
    connection.execute("INSERT INTO secrets (id, secret, created_at) VALUES (1, zeroblob(32), '')")
    connection.execute(
        """INSERT INTO issues (id, month, state, content, frame, secret_id, queued_at, created_at, mark)
           VALUES (4, '2026-10', 'queued', '{"sections": []}', '{"a": 1}', 1, '2026-11-01T09:00:00Z', '', 77),
                  (5, '2026-11', 'approved', '{}', '{}', NULL, NULL, '', 0)"""
    )
    for language in ("en", "es"):
        connection.execute(
            """INSERT INTO editions (id, issue_id, language, subject, preheader, html, text, articles,
                                     template, sha256, hashes)
               VALUES (?, 4, ?, 'S', 'P', ?, 'T', 1, x'00ff', ?, ?)""",
            (
                len(language + HTML) + ord(language[1]),
                language,
                HTML,
                sha256(b"\x00\xff").hexdigest(),
                hashes("S", "P", HTML, "T"),
            ),
        )
        connection.execute(
            """INSERT INTO archived (issue_id, language, article_id, url, image, title, title_language,
                                     summary, summary_language, ics)
               VALUES (4, ?, 'a', 'https://x.example/', '', 'Buckets', 'en', 'Words', 'en', x'')""",
            (language,),
        )
    connection.execute("INSERT INTO archived_words (archived_words) VALUES ('rebuild')")
    connection.execute(
        """INSERT INTO approvals (issue_id, content_hash, approved_by, at)
           VALUES (4, printf('%064d', 0), 'Ana', '')"""
    )
    edition = connection.execute("SELECT min(id) FROM editions").fetchone()[0]
    for number, state in enumerate(("sent", "in_doubt", "deferred", "deferred"), start=1):
        connection.execute(
            """INSERT INTO subscribers (id, email, email_key, language, status, created_at, updated_at)
               VALUES (?1, ?1 || '@x.example', ?1 || '@x.example', 'en', 'active', '', '')""",
            (number,),
        )
        connection.execute(
            """INSERT INTO deliveries (id, issue_id, edition_id, subscriber_id, state, due_at, changed_at)
               VALUES (?1, 4, ?2, ?1, ?3, '', '')""",
            (number, edition, state),
        )
    connection.execute(
        "INSERT INTO events (at, kind, delivery_id) VALUES ('', 'delivery.in_doubt', 3)"
    )
    rows = {table: list(db.query(f"SELECT * FROM {table} ORDER BY id")) for table in TABLES}
    connection.close()
    return rows


def test_an_old_archive_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    before = _before(path)
    for _ in range(2):  # the second time as after a kill before the migration was recorded
        db = database_at(path)
        for table, rows in before.items():
            now = list(db.query(f"SELECT * FROM {table} ORDER BY id"))
            kept = [{name: row[name] for name in old} for row, old in zip(now, rows, strict=True)]
            assert kept == rows, table
        db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm036_versions'")
        db.close()
    db = database_at(path)
    assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [one.language for one in archive.listed(db)] == ["en", "es"]
    told = list(archive.altered(db))
    assert [parts for *_, parts in told] == [(), ()], "what `archive verify` says"
    listed = {one.key: (one.state, one.sent, one.open) for one in issue_list.everything(db)}
    assert listed == {"2026-10": ("queued", 1, 3), "2026-11": ("approved", 0, 0)}
    assert len(archive.search(db, "bucket", "en", 9)) == 1
    db.conn.execute("INSERT INTO archived_words (archived_words) VALUES ('integrity-check')")
    (october,) = issue_versions.of_month(db, OCTOBER)
    assert (october.number, october.approved_by, october.recalled_at) == (1, ("Ana",), None)
    assert not issue_versions.of_month(db, Month(2026, 11))
    frames = db.conn.execute("SELECT frame, secret_id FROM issue_versions").fetchall()
    assert frames == [('{"a": 1}', 1)]
    doubted = db.conn.execute("SELECT doubted FROM deliveries ORDER BY id").fetchall()
    assert doubted == [(0,), (1,), (1,), (0,)], "what may have arrived never gets another version"
    db.close()
