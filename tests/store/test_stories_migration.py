"""The register of stories is filled from a database of before it."""

import json
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.article import Article, article_id
from alerts.domain.story import Alias, AliasKind
from alerts.store import aliases, stories
from alerts.store.migrations import MIGRATIONS
from alerts.text.aliases import fingerprints
from tests.factories import database_at, sqlite_connection

EN, ES, PLAIN = (
    "https://ngo.example/en/a",
    "https://ngo.example/es/a",
    "https://www.google.com/url?q=https://b.example/b",
)
TITLE, TEXT = (
    "Ministry publishes its new rules on homes",
    "The rules say what tenants may ask for. " * 4,
)


def _before(path: Path) -> None:
    """A database as the version before had it: October queued, a translation joined, one named."""
    path.touch()
    connection = sqlite_connection(path, isolation_level=None)
    MIGRATIONS.apply(Database(connection), stop_before="m032_stories")
    also = {"es": {"title": "Normas", "summary": "", "url": ES}}
    rows = (
        (EN, {"url": EN, "title": TITLE, "summary": TEXT, "language": "en", "also": also,
              "published": "2026-10-05T10:00:01Z", "image": {"url": "https://ngo.example/p.jpg"}}),
        (PLAIN, {"url": PLAIN, "title": "Another"}),
        ("https://c.example/c", {"url": "https://c.example/c", "title": "Third",
                                 "event": {"start": "2026-11-03", "end": "", "place": "X"}}),
    )  # fmt: skip
    for url, found in rows:
        connection.execute(
            """INSERT INTO articles (id, url, month, found, edits, first_seen, updated_at)
               VALUES (?, ?, '2026-10', ?, '{"summary": ""}', '', '')""",
            (article_id(url), url, json.dumps(found)),
        )
    pages = {
        "ngo.example/en/a": EN,
        "ngo.example/es/a": EN,
        "ngo.example/fr/a": EN,
        "b.example/only": PLAIN,
    }
    for page, url in pages.items():
        connection.execute("INSERT INTO addresses VALUES (?, ?)", (page, article_id(url)))
    connection.execute(
        "INSERT INTO doubles (article_id, same_as, by_editor, at) VALUES (?, ?, 1, '')",
        (article_id("https://c.example/c"), article_id(EN)),
    )
    connection.execute("INSERT INTO secrets (id, secret, created_at) VALUES (1, zeroblob(32), '')")
    connection.execute(
        """INSERT INTO issues (month, state, content, frame, secret_id, queued_at, created_at)
           VALUES ('2026-10', 'sent', ?, '{}', 1, '', '')""",
        (json.dumps({"sections": [{"key": "news", "articles": [article_id(EN)]}]}),),
    )
    connection.close()


def test_the_register_is_filled_from_the_articles_of_all_issues(tmp_path: Path) -> None:
    _before(tmp_path / "old.db")
    db = database_at(tmp_path / "old.db")
    pages = dict(db.conn.execute("SELECT page, article_id FROM addresses").fetchall())
    assert pages["ngo.example/es/a"] == pages["ngo.example/en/a"] == article_id(EN)
    assert pages["b.example/b"] == article_id(PLAIN)
    assert "ngo.example/fr/a" not in pages  # only named: an alias
    kept = aliases.of_article(db, article_id(EN))
    assert {*fingerprints(TITLE, TEXT), Alias(AliasKind.HREFLANG, "ngo.example/fr/a")} <= {*kept}
    assert Alias(AliasKind.MOMENT, "ngo.example 2026-10-05T10:00:01") in kept
    assert [one.id for one in stories.of_story(db, article_id(EN))] == [
        article_id(EN), article_id("https://c.example/c")
    ]  # fmt: skip
    new = Article("https://new.example/a", TITLE, TEXT)
    assert aliases.known(db, new.url, fingerprints(TITLE, TEXT))[0].article_id == article_id(EN)
    assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()
