"""Articles: what a source says of them (`found`), and what an editor wrote over it (`edits`).

Promises that an editor's word is never overwritten by a later collection, and that one page is one
article, whichever sources name it and however they spell its address. The first source that names a
page owns `found`; another one can only add languages, kept apart in `found["also"]`. Here are the rows;
what is in their JSON, `layers.py` knows.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from alerts import model
from alerts.canonical import page_of
from alerts.model import Article, Month
from alerts.store import addresses, doubles, stamp
from alerts.store.layers import (
    UNSOURCED,
    Difference,
    article_of,
    as_json,
    differences,
    fields_of,
    flat_fields,
    merged_find,
    of_sources,
    overlaid,
)

Change = Literal["new", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Kept:
    """An article with its month, and where its source says something else."""

    article: Article
    month: Month
    differences: tuple[Difference, ...] = ()

    @property
    def changed_at_source(self) -> tuple[Difference, ...]:
        """What the source has changed since an editor wrote over it."""
        return tuple(d for d in self.differences if d.changed)


def put(
    db: Database, article: Article, month: Month, source_id: int | None, now: datetime
) -> Change:
    """Keep what a source says of an article; a new one gets that month, a known one keeps its own.

    Call it within a transaction. What belongs to a month that is queued or sent is left as it is.
    """
    known = addresses.find(db, article.url, article.alternates.values())
    if known is None:
        _insert(db, article.url, month, source_id, fields_of(article), {}, now)
        addresses.keep(db, article.id, (article.url, *article.alternates.values()))
        return "new"
    known_id = known.article_id
    known_month, owner, text = db.conn.execute(
        "SELECT month, source_id, found FROM articles WHERE id = ?", (known_id,)
    ).fetchone()
    before = json.loads(text)
    if not known.own and article.language == before["language"]:
        return "unchanged"  # a page of the same language that names itself a translation
    owns = known.own and (owner == source_id or owner is None)
    after = merged_find(before, fields_of(article), owns=owns, elsewhere=not known.own)
    if after == before or known_month in frozen_months(db):
        return "unchanged"
    db.conn.execute(
        "UPDATE articles SET found = ?, source_id = ?, updated_at = ? WHERE id = ?",
        (as_json(after), source_id if owns else owner, stamp(now), known_id),
    )
    addresses.keep(db, known_id, (article.url, *article.alternates.values()))
    return "updated"


def add(
    db: Database, url: str, edits: Mapping[str, Any], month: Month, now: datetime
) -> Article | None:
    """Keep an article that an editor wrote; None, and no change, where its page is known already."""
    if addresses.find(db, url) is not None:
        return None
    _insert(db, url, month, None, {"url": url, "title": edits["title"]}, {}, now)
    edit(db, model.article_id(url), edits, now)
    addresses.keep(db, model.article_id(url), (url,))
    return get(db, model.article_id(url)).article


def edit(db: Database, article_id: str, changes: Mapping[str, Any], now: datetime) -> None:
    """Lay an editor's changes over what is there; `translations` are merged field by field."""
    said, edits, basis = _layers(db, article_id)
    basis |= {name: said.get(name) for name in flat_fields(changes) if name not in UNSOURCED}
    _rewrite(db, article_id, overlaid(edits, changes), basis, now)


def take_source(db: Database, article_id: str, names: Collection[str], now: datetime) -> None:
    """Let go of what an editor wrote in these fields: the source's word holds again."""
    _, edits, basis = _layers(db, article_id)
    for name in names:
        basis.pop(name, None)
        where, _, field = name.rpartition(".")
        inner = edits
        for key in where.split(".") if where else ():
            inner = inner.get(key, {})
        inner.pop(field, None)
    kept = {language: words for language, words in edits.pop("translations", {}).items() if words}
    edits |= {"translations": kept} if kept else {}
    _rewrite(db, article_id, edits, basis, now)


def keep_edits(db: Database, article_id: str, names: Collection[str], now: datetime) -> None:
    """Hold on to what an editor wrote in these fields: what the source says now is known."""
    said, edits, basis = _layers(db, article_id)
    _rewrite(db, article_id, edits, basis | {name: said.get(name) for name in names}, now)


def _layers(db: Database, article_id: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the source says (by flat name), the edits, and the basis of the edits."""
    found, edits, basis = db.conn.execute(
        "SELECT found, edits, basis FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    return flat_fields(of_sources(found)), json.loads(edits), json.loads(basis)


def _rewrite(
    db: Database,
    article_id: str,
    edits: Mapping[str, Any],
    basis: Mapping[str, Any],
    now: datetime,
) -> None:
    db.conn.execute(
        "UPDATE articles SET edits = ?, basis = ?, updated_at = ? WHERE id = ?",
        (as_json(edits), as_json(basis), stamp(now), article_id),
    )


def move(db: Database, article_id: str, month: Month, now: datetime) -> None:
    """Put an article into another month."""
    db.conn.execute(
        "UPDATE articles SET month = ?, updated_at = ? WHERE id = ?",
        (str(month), stamp(now), article_id),
    )


def of_month(db: Database, month: Month) -> tuple[Article, ...]:
    """The articles of a month, excluded ones too, in the order in which they were found."""
    return tuple(kept.article for kept in kept_of_month(db, month))


def kept_of_month(db: Database, month: Month) -> tuple[Kept, ...]:
    """The same, each with what its source says otherwise."""
    rows = db.query(
        f"SELECT {_COLUMNS} FROM articles WHERE month = ? ORDER BY first_seen, rowid",  # noqa: S608
        (str(month),),
    )
    return _annotated(db, map(_kept, rows))


def get(db: Database, article_id: str) -> Kept:
    """The article of that full id, which must be there."""
    query = f"SELECT {_COLUMNS} FROM articles WHERE id = ?"  # noqa: S608
    (kept,) = _annotated(db, map(_kept, db.query(query, (article_id,))))
    return kept


def _annotated(db: Database, given: Iterable[Kept]) -> tuple[Kept, ...]:
    """These, each article with those of other sources that it stands for."""
    kept = tuple(given)
    told = doubles.annotated(db, (k.article for k in kept))
    return tuple(replace(k, article=a) for k, a in zip(kept, told, strict=True))


def place(db: Database, url: str) -> tuple[Month, str]:
    """The month and the id of the article at that address, which must be there."""
    month, article_id = db.conn.execute(
        """SELECT a.month, a.id FROM addresses JOIN articles AS a ON a.id = addresses.article_id
           WHERE addresses.page = ?""",
        (page_of(url),),
    ).fetchone()
    return Month.parse(month), article_id


def matching(db: Database, words: str, month: Month | None = None) -> tuple[Kept, ...]:
    """Articles whose id begins with `words` or whose title (any language) contains them.

    Where several do, those in months that are still open win, and then the one whose id or whole
    title it is.
    """
    rows = db.query(
        f"SELECT {_COLUMNS} FROM articles WHERE month = coalesce(?, month) ORDER BY month, id",  # noqa: S608
        (str(month) if month else None,),
    )
    needle, found = words.casefold(), []
    for kept in map(_kept, rows):
        article = kept.article
        titles = [article.title, *(t.title for t in article.translations.values())]
        if article.id.startswith(needle) or any(needle in title.casefold() for title in titles):
            found.append(kept)
    closed = frozen_months(db)
    found = [k for k in found if str(k.month) not in closed] or found
    exact = [k for k in found if k.article.id == needle or k.article.title.casefold() == needle]
    return tuple(exact if len(exact) == 1 else found)


def open_months_of_profile(db: Database, slug: str) -> tuple[Month, ...]:
    """The months, not queued or sent, in which an article belongs to that profile."""
    rows = db.conn.execute(
        """SELECT DISTINCT month FROM articles
            WHERE coalesce(json_extract(edits, '$.profile'), json_extract(found, '$.profile')) = ?
              AND month NOT IN (SELECT month FROM issues WHERE state IN ('queued', 'sent'))
            ORDER BY month""",
        (slug,),
    )
    return tuple(Month.parse(month) for (month,) in rows.fetchall())


def count_of_source(db: Database, source_id: int) -> int:
    """How many articles that source owns."""
    (count,) = db.conn.execute(
        "SELECT count(*) FROM articles WHERE source_id = ?", (source_id,)
    ).fetchone()
    return int(count)


def frozen_months(db: Database) -> frozenset[str]:
    """Months (YYYY-MM) whose issue is queued or sent."""
    rows = db.conn.execute("SELECT month FROM issues WHERE state IN ('queued', 'sent')")
    return frozenset(month for (month,) in rows)


def _insert(
    db: Database,
    url: str,
    month: Month,
    source_id: int | None,
    found: Mapping[str, Any],
    edits: Mapping[str, Any],
    now: datetime,
) -> None:
    db.conn.execute(
        """INSERT INTO articles (id, url, month, source_id, found, edits, first_seen, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            model.article_id(url),
            url,
            str(month),
            source_id,
            as_json(found),
            as_json(edits),
            stamp(now),
            stamp(now),
        ),
    )


_COLUMNS = "month, found, edits, basis"


def _kept(row: Mapping[str, Any]) -> Kept:
    """The one place where what was found and what was edited become an article."""
    said, edits, basis = (
        of_sources(row["found"]),
        json.loads(row["edits"]),
        json.loads(row["basis"]),
    )
    article = article_of(overlaid(said, edits))
    return Kept(article, Month.parse(row["month"]), tuple(differences(said, edits, basis)))
