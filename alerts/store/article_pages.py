"""The pages of each article: where it is, in any spelling of the URL, and where it was before."""

from collections.abc import Iterable

from sqlite_utils import Database

from alerts.text.urls import page_of


def find(db: Database, url: str) -> str:
    """The id of the article at that page; "" if none is known."""
    row = db.conn.execute(
        "SELECT article_id FROM addresses WHERE page = ?", (page_of(url),)
    ).fetchone()
    return row[0] if row else ""


def keep(db: Database, article_id: str, urls: Iterable[str]) -> None:
    """Record that the article is at these addresses; an address that is already recorded is not moved."""
    db.conn.executemany(
        "INSERT INTO addresses (page, article_id) VALUES (?, ?) ON CONFLICT (page) DO NOTHING",
        [(page_of(url), article_id) for url in urls],
    )


def pages(db: Database) -> frozenset[str]:
    """Every known page, as `urls.page_of` returns it; not those that are only known by a mail about which
    nobody has decided, for a source that names them is to be read."""
    rows = db.conn.execute(
        """SELECT page FROM addresses WHERE article_id NOT IN
               (SELECT article_id FROM quarantine WHERE sender IS NOT NULL AND NOT settled)"""
    )
    return frozenset(page for (page,) in rows)
