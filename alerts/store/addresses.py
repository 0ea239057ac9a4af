"""Which pages an article is at: its own, however it is spelled, and those of its translations."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.canonical import page_of


@dataclass(frozen=True, slots=True)
class Known:
    """An article that is known by one of the addresses asked for; `own`: by the first of them, and
    that one is its own page."""

    article_id: str
    own: bool


def find(db: Database, url: str, alternates: Iterable[str] = ()) -> Known | None:
    """The article at `url`, else the one at an address of a translation of it."""
    pages = [page_of(address) for address in (url, *alternates)]
    row = db.conn.execute(
        """SELECT a.id, a.url FROM json_each(?) AS asked
           JOIN addresses ON addresses.page = asked.value
           JOIN articles AS a ON a.id = addresses.article_id
           ORDER BY asked.key LIMIT 1""",
        (json.dumps(pages),),
    ).fetchone()
    return Known(row[0], page_of(row[1]) == pages[0]) if row else None


def keep(db: Database, article_id: str, urls: Iterable[str]) -> None:
    """Note that the article is at these addresses; one that is known already stays where it is."""
    db.conn.executemany(
        "INSERT INTO addresses (page, article_id) VALUES (?, ?) ON CONFLICT (page) DO NOTHING",
        [(page_of(url), article_id) for url in urls],
    )


def pages(db: Database) -> frozenset[str]:
    """Every page that is known, as `canonical.page_of` writes them."""
    return frozenset(page for (page,) in db.conn.execute("SELECT page FROM addresses"))
