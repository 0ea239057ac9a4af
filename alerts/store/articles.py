"""Articles: the version of a source (`found`), and an editor's changes (`edits`).

Guarantees: a later collection never overwrites an edit, and one page is one article, whichever sources
link to it and however they spell its URL. The first source that links to a page owns `found`; another
one can only add languages, stored in `found["also"]`. A translation with a page of its own has its own
row. `article_fields.py` handles the JSON in the rows, `article_rows.py` makes articles of them.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from alerts.domain.article import Article, article_id
from alerts.domain.month import Month
from alerts.store import aliases, article_pages, duplicates, issues, stamp
from alerts.store.article_fields import (
    UNSOURCED,
    as_json,
    fields_of,
    flat_fields,
    merged_find,
    overlaid,
)
from alerts.store.article_rows import (
    COLUMNS,
    NO_VERSION,
    TRANSLATED,
    StoredArticle,
    said_of,
    stored,
)
from alerts.text.aliases import aliases as aliases_of
from alerts.text.aliases import pages
from alerts.text.urls import page_of

__all__ = ["Change", "StoredArticle"]

Change = Literal["new", "updated", "unchanged"]


def put(
    db: Database,
    article: Article,
    month: Month,
    source_id: int | None,
    now: datetime,
    known_id: str = "",
    *,
    frozen: Collection[Month] = (),
) -> Change:
    """Store a source's version of an article; a new article gets `month`, a known one keeps its own.

    `known_id` is an article that this is although its page is new: its site has moved it. Call it
    within a transaction. Articles of a month in `frozen` are not changed: those that are queued or sent
    (`issues.frozen_months`, asked in the same transaction), where the article may be known.
    """
    known_id = article_pages.find(db, article.url) or known_id
    change: Change = "new"
    if not known_id:
        _insert(db, article.url, month, source_id, fields_of(article), {}, now)
        known_id = article.id
    elif (renewed := _renew(db, known_id, article, source_id, now, frozen)) is not None:
        change = renewed
    else:
        return "unchanged"
    article_pages.keep(db, known_id, pages(article))
    aliases.keep(db, known_id, aliases_of(article))
    return change


def _renew(
    db: Database,
    known_id: str,
    article: Article,
    source_id: int | None,
    now: datetime,
    frozen: Collection[Month],
) -> Change | None:
    """Store a source's new version of a known article; None where its month is closed."""
    known_month, owner, text = db.conn.execute(
        "SELECT month, source_id, found FROM articles WHERE id = ?", (known_id,)
    ).fetchone()
    if Month.parse(known_month) in frozen:
        return None
    before = json.loads(text)
    there = [words.get("url", "") for words in before.get("also", {}).values()]
    elsewhere = page_of(article.url) in map(page_of, filter(None, there))
    owns = not elsewhere and (owner == source_id or owner is None)
    after = merged_find(before, fields_of(article), owns=owns, elsewhere=elsewhere)
    if after == before:
        return "unchanged"
    db.conn.execute(
        "UPDATE articles SET found = ?, source_id = ?, updated_at = ? WHERE id = ?",
        (as_json(after), source_id if owns else owner, stamp(now), known_id),
    )
    return "updated"


def add(
    db: Database, url: str, edits: Mapping[str, Any], month: Month, now: datetime
) -> Article | None:
    """Store an article that an editor wrote; None, and no change, where its page is already known."""
    if article_pages.find(db, url):
        return None
    _insert(db, url, month, None, {"url": url, "title": edits["title"]}, {}, now)
    edit(db, article_id(url), edits, now)
    article_pages.keep(db, article_id(url), (url,))
    new = get(db, article_id(url)).article
    aliases.keep(db, new.id, aliases_of(new))
    return new


def written_by_hand(db: Database, month: Month) -> frozenset[str]:
    """The ids of the month's articles that no source brought, also none that was removed since."""
    rows = db.conn.execute(
        """SELECT id FROM articles WHERE month = ? AND source_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM json_each(found) WHERE key NOT IN ('url', 'title'))""",
        (str(month),),
    )
    return frozenset(row[0] for row in rows)


def edit(db: Database, article_id: str, changes: Mapping[str, Any], now: datetime) -> None:
    """Apply an editor's changes; `translations` are merged field by field."""
    said, edits, basis = _layers(db, article_id)
    basis |= {name: said.get(name) for name in flat_fields(changes) if name not in UNSOURCED}
    _rewrite(db, article_id, overlaid(edits, changes), basis, now)


def take_source(db: Database, article_id: str, names: Collection[str], now: datetime) -> None:
    """Remove an editor's changes of these fields, so that the source's version is used again."""
    _, edits, basis = _layers(db, article_id)
    for name in names:
        basis.pop(name, None)
        where, _, field = name.rpartition(".")
        inner = edits
        for key in where.split(".") if where else ():
            inner = inner.get(key, {})
        inner.pop(field, None)
        edits.get("confidence", {}).pop(name, None)
    kept = {language: words for language, words in edits.pop("translations", {}).items() if words}
    edits |= {"translations": kept} if kept else {}
    _rewrite(db, article_id, edits, basis, now)


def keep_edits(db: Database, article_id: str, names: Collection[str], now: datetime) -> None:
    """Keep an editor's changes of these fields, and mark the source's present version as seen."""
    said, edits, basis = _layers(db, article_id)
    _rewrite(db, article_id, edits, basis | {name: said.get(name) for name in names}, now)


def said(db: Database, article_id: str) -> Mapping[str, Any]:
    """What the sources say of an article, by flat name."""
    return _layers(db, article_id)[0]


def _layers(db: Database, article_id: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The source's version (by flat name), the edits, and the basis of the edits."""
    found, edits, basis, translated = db.conn.execute(
        f"SELECT found, edits, basis, {TRANSLATED} FROM articles WHERE id = ?",  # noqa: S608
        (article_id,),
    ).fetchone()
    return flat_fields(said_of(found, translated)), json.loads(edits), json.loads(basis)


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


def moved(db: Database, article_id: str, url: str, now: datetime) -> None:
    """Record that the page of an article is at another address: its link redirects there."""
    db.conn.execute(
        """UPDATE articles SET updated_at = :now, found = json_set(found, '$.url', :url, '$.first_url',
               coalesce(found ->> '$.first_url', found ->> '$.url')) WHERE id = :id""",
        {"id": article_id, "url": url, "now": stamp(now)},
    )


def move(db: Database, article_id: str, month: Month, now: datetime) -> None:
    """Put an article into another month, with its versions in other languages."""
    db.conn.execute(
        """UPDATE articles SET month = :month, updated_at = :now WHERE id = :id OR id IN
           (SELECT article_id FROM doubles WHERE same_as = :id AND language <> '')""",
        {"month": str(month), "now": stamp(now), "id": article_id},
    )


def of_month(db: Database, month: Month) -> tuple[Article, ...]:
    """The articles of a month, excluded ones too, in the order in which they were found."""
    return tuple(kept.article for kept in kept_of_month(db, month))


def kept_of_month(db: Database, month: Month) -> tuple[StoredArticle, ...]:
    """The same articles, each with the differences from its source."""
    rows = db.query(
        f"SELECT {COLUMNS} FROM articles WHERE month = ? AND {NO_VERSION} ORDER BY first_seen, rowid",  # noqa: S608
        (str(month),),
    )
    return _annotated(db, map(stored, rows))


def of_open_months(db: Database, first: Month | None = None) -> tuple[Article, ...]:
    """The articles of every month whose issue is not queued yet, from `first` on; excluded ones too."""
    rows = db.query(
        f"""SELECT {COLUMNS} FROM articles WHERE month >= ? AND {NO_VERSION}
               AND month NOT IN (SELECT month FROM issues WHERE state IN ('queued', 'sent'))
             ORDER BY month, first_seen, rowid""",  # noqa: S608
        (str(first) if first else "",),
    )
    return tuple(kept.article for kept in _annotated(db, map(stored, rows)))


def get(db: Database, article_id: str) -> StoredArticle:
    """The article with that full id, which must exist."""
    query = f"SELECT {COLUMNS} FROM articles WHERE id = ?"  # noqa: S608
    (kept,) = _annotated(db, map(stored, db.query(query, (article_id,))))
    return kept


def _annotated(db: Database, given: Iterable[StoredArticle]) -> tuple[StoredArticle, ...]:
    """These articles, each with its duplicates."""
    kept = tuple(given)
    told = duplicates.annotated(db, (k.article for k in kept))
    return tuple(replace(k, article=a) for k, a in zip(kept, told, strict=True))


def matching(db: Database, words: str, month: Month | None = None) -> tuple[StoredArticle, ...]:
    """Articles whose id begins with `words` or whose title (any language) contains them.

    If several match, those in open months take precedence, and then the one whose id or whole title
    is `words`.
    """
    rows = db.query(
        f"""SELECT {COLUMNS} FROM articles WHERE month = coalesce(:month, month)
               AND ({NO_VERSION} OR id = :id) ORDER BY month, id""",  # noqa: S608
        {"month": str(month) if month else None, "id": words.casefold()},
    )
    needle, found = words.casefold(), []
    for kept in map(stored, rows):
        article = kept.article
        titles = [article.title, *(t.title for t in article.translations.values())]
        if article.id.startswith(needle) or any(needle in title.casefold() for title in titles):
            found.append(kept)
    closed = issues.frozen_months(db)
    found = [k for k in found if k.month not in closed] or found
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
        """INSERT INTO articles (id, story, url, month, source_id, found, edits, first_seen, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            article_id(url),
            article_id(url),
            url,
            str(month),
            source_id,
            as_json(found),
            as_json(edits),
            stamp(now),
            stamp(now),
        ),
    )
