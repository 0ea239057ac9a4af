"""Makes two articles of one that was updated at another address, where an editor says that they are two.

Guarantees: the article keeps its id, its edits and its first address; what is at the new address, and
all by which its source knows it, belongs to the new article. Call it within a transaction.
"""

import json
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.article import article_id
from alerts.domain.story import AliasKind
from alerts.store import aliases, article_pages, stamp
from alerts.store.article_fields import article_of, as_json
from alerts.text.aliases import aliases as aliases_of
from alerts.text.urls import page_of

_OF_SOURCE = (AliasKind.NODE, AliasKind.GUID, AliasKind.DOI, AliasKind.ISBN, AliasKind.UID)


def split(db: Database, known_id: str, now: datetime) -> str:
    """Make another article of the page where this one is now; returns its id, or "" where the article
    is at its first address, or the other is there already."""
    (text,) = db.conn.execute("SELECT found FROM articles WHERE id = ?", (known_id,)).fetchone()
    found = json.loads(text)
    first = found.pop("first_url", "")
    new = article_id(found["url"])
    if not first or db.conn.execute("SELECT 1 FROM articles WHERE id = ?", (new,)).fetchone():
        return ""
    facts = {"id": known_id, "new": new, "url": found["url"], "found": as_json(found)}
    facts |= {"old": as_json({**found, "url": first}), "now": stamp(now)}
    db.conn.execute(
        """INSERT INTO articles (id, story, url, month, source_id, found, edits, first_seen, updated_at)
           SELECT :new, :new, :url, month, source_id, :found, '{}', :now, :now
             FROM articles WHERE id = :id""",
        facts,
    )
    db.conn.execute("UPDATE articles SET found = :old, updated_at = :now WHERE id = :id", facts)
    db.conn.execute("DELETE FROM addresses WHERE page = ?", (page_of(found["url"]),))
    article_pages.keep(db, new, [found["url"]])
    theirs = {(one.kind, one.value) for one in aliases_of(article_of(found))}
    moved = [
        one
        for one in aliases.of_article(db, known_id)
        if one.kind in _OF_SOURCE or (one.kind, one.value) in theirs
    ]
    db.conn.executemany(
        "DELETE FROM aliases WHERE article_id = ? AND kind = ? AND value = ?",
        [(known_id, str(one.kind), one.value) for one in moved],
    )
    aliases.keep(db, new, moved)
    return new
