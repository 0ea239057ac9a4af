"""The pages behind links of listings and sitemaps that gave no article, and when they were asked for."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from alerts.store import stamp

_KEPT = timedelta(days=7)  # longer than anybody asks about


def keep(db: Database, pages: Iterable[str], now: datetime) -> None:
    """Record that these pages (`urls.page_of`) were asked for and gave no article; those of long ago are
    forgotten."""
    db.conn.executemany(
        "INSERT OR REPLACE INTO empty_links (page, asked_at) VALUES (?, ?)",
        [(page, stamp(now)) for page in pages],
    )
    db.conn.execute("DELETE FROM empty_links WHERE asked_at < ?", (stamp(now - _KEPT),))


def asked_since(db: Database, since: datetime) -> frozenset[str]:
    """The pages that were asked for after that moment and gave no article."""
    rows = db.conn.execute("SELECT page FROM empty_links WHERE asked_at > ?", (stamp(since),))
    return frozenset(page for (page,) in rows)
