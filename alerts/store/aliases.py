"""The register of aliases: which articles are known by what.

Guarantees: an alias of a strong kind names one article, the first that had it, and so one story.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlite_utils import Database

from alerts.domain.story import STRONG, Alias, AliasKind
from alerts.text.urls import page_of

_ASKED = (*STRONG, AliasKind.MOMENT)


class Known(NamedTuple):
    """An article, and the kind and value of the alias by which it is known."""

    article_id: str
    kind: AliasKind
    value: str


def keep(db: Database, article_id: str, given: Iterable[Alias]) -> None:
    """Record aliases of an article; a strong one that another article has stays with that one."""
    db.conn.executemany(
        "INSERT OR IGNORE INTO aliases (kind, value, article_id, language) VALUES (?, ?, ?, ?)",
        [(str(one.kind), one.value, article_id, one.language) for one in given],
    )


def known(db: Database, url: str, given: Iterable[Alias]) -> tuple[Known, ...]:
    """The articles that have one of these strong aliases or the moment, or name the page `url` as their
    translation, or are at a page that these aliases name so; the most telling kinds first."""
    asked = [(str(one.kind), one.value) for one in given if one.kind in _ASKED]
    named = [one.value for one in given if one.kind is AliasKind.HREFLANG]
    rows = db.conn.execute(
        """SELECT article_id, kind, value FROM aliases WHERE (kind, value) IN
               (SELECT value ->> 0, value ->> 1 FROM json_each(:asked))
           UNION SELECT article_id, kind, value FROM aliases WHERE kind = 'hreflang' AND value = :page
           UNION SELECT article_id, 'hreflang', page FROM addresses WHERE page IN
               (SELECT value FROM json_each(:named))""",
        {"asked": json.dumps(asked), "page": page_of(url), "named": json.dumps(named)},
    ).fetchall()
    order = {kind: rank for rank, kind in enumerate((AliasKind.HREFLANG, *_ASKED))}
    found = [Known(id_, AliasKind(kind), value) for id_, kind, value in rows]
    return tuple(sorted(found, key=lambda one: (order[one.kind], one.value, one.article_id)))


def of_article(db: Database, article_id: str) -> tuple[Alias, ...]:
    """All aliases of an article."""
    rows = db.conn.execute(
        "SELECT kind, value, language FROM aliases WHERE article_id = ? ORDER BY kind, value",
        (article_id,),
    )
    return tuple(Alias(AliasKind(kind), value, language) for kind, value, language in rows)


def shared(db: Database, kinds: Iterable[AliasKind]) -> tuple[Known, ...]:
    """The aliases of these kinds that more than one article has, with each of these articles."""
    rows = db.conn.execute(
        """SELECT article_id, kind, value FROM aliases WHERE (kind, value) IN
               (SELECT kind, value FROM aliases WHERE kind IN (SELECT value FROM json_each(?))
                GROUP BY kind, value HAVING count(*) > 1)
           ORDER BY kind, value, article_id""",
        (json.dumps([str(kind) for kind in kinds]),),
    )
    return tuple(Known(id_, AliasKind(kind), value) for id_, kind, value in rows)


def forget(db: Database, article_id: str, kinds: Iterable[AliasKind]) -> None:
    """Remove an article's aliases of these kinds."""
    db.conn.execute(
        """DELETE FROM aliases
            WHERE article_id = ? AND kind IN (SELECT value FROM json_each(?))""",
        (article_id, json.dumps([str(kind) for kind in kinds])),
    )
