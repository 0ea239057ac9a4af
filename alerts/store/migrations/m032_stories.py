"""The register of stories: what each is known by, over all sources, languages and past issues."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alerts.domain.article import Article, Event, Image, day_or_moment
from alerts.domain.story import Alias, AliasKind
from alerts.store.migrations.registry import MIGRATIONS, run
from alerts.text.urls import canonical, page_of

Fields = dict[str, Any]


@MIGRATIONS()
def m032_stories(db: Database) -> None:
    """`articles.story` is the id of the article by which a story was first known. `aliases` are what
    articles are known by; those of strong kinds name one article each, and `addresses` one article a
    page. `doubles.language`: the article is a translation in it; '': a duplicate; `reason`: why.
    `parted`: two articles that an editor said are two stories; `near_hits`: two that share a strong
    alias and too little else. `look_ups`: whose page was read for
    its translations (docs/adr/0028-stories.md).

    Filled from the articles of all issues. A page that an article only named as its translation is no
    page of its own any more, but an alias."""
    run(
        db,
        """
        ALTER TABLE articles ADD COLUMN story TEXT NOT NULL DEFAULT '';
        UPDATE articles SET story = coalesce(
            (SELECT same_as FROM doubles WHERE article_id = articles.id), id);
        CREATE INDEX articles_by_story ON articles (story);
        CREATE TABLE aliases (
            kind TEXT NOT NULL CHECK (kind IN ('hreflang', 'node', 'guid', 'doi', 'isbn', 'uid', 'text',
                'title', 'picture', 'moment', 'path', 'when')),
            value TEXT NOT NULL CHECK (value <> ''),
            article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
            language TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (kind, value, article_id)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX aliases_of_one_story ON aliases (kind, value)
            WHERE kind IN ('node', 'guid', 'doi', 'isbn', 'uid', 'text');
        CREATE INDEX aliases_by_article ON aliases (article_id);
        CREATE TABLE parted (
            one TEXT NOT NULL,
            other TEXT NOT NULL CHECK (one < other),
            at TEXT NOT NULL,
            PRIMARY KEY (one, other)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE near_hits (
            one TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
            other TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE CHECK (one < other),
            reason TEXT NOT NULL,
            PRIMARY KEY (one, other)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE look_ups (
            article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
            at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE doubles ADD COLUMN language TEXT NOT NULL DEFAULT '';
        ALTER TABLE doubles ADD COLUMN reason TEXT NOT NULL DEFAULT '';
        CREATE UNIQUE INDEX doubles_one_of_each_language ON doubles (same_as, language)
            WHERE language <> ''
        """,
    )
    _fill(db)


def _fill(db: Database) -> None:
    """Every article of every issue; the pages that readers of past issues were sent to."""
    from alerts.text.aliases import aliases  # imports lxml, which most commands do not need

    rows = db.conn.execute("SELECT id, url, found, edits FROM articles ORDER BY first_seen, rowid")
    for article_id, url, text, edits in rows.fetchall():
        found = json.loads(text)
        _move_named(db, article_id, url, found)
        for article in _versions(url, found, json.loads(edits)):
            _keep_page(db, article_id, canonical(article.url))  # a redirector, unwrapped
            for alias in aliases(article):
                _keep(db, article_id, alias)
    rows = db.conn.execute("SELECT DISTINCT article_id, url FROM archived WHERE url <> ''")
    for article_id, url in rows.fetchall():
        _keep_page(db, article_id, url)


def _versions(url: str, found: Fields, edits: Fields) -> Iterator[Article]:
    """The article as its source and as its editor have it, and each of its translations."""
    for fields in (found, {**found, **edits}):
        published, image, event = (fields.get(name) for name in ("published", "image", "event"))
        yield Article(
            url,
            fields.get("title") or "",
            fields.get("summary") or "",
            published=datetime.fromisoformat(published) if published else None,
            image=Image(image["url"]) if image else None,
            event=_event(event) if event else None,
        )
    translations = (found.get("also"), found.get("translations"), edits.get("translations"))
    for words in (words for told in translations for words in (told or {}).values()):
        title, summary = words.get("title") or "", words.get("summary") or ""
        yield Article(words.get("url") or url, title, summary)


def _event(fields: Fields) -> Event:
    end = fields.get("end")
    return Event(day_or_moment(fields["start"]), day_or_moment(end) if end else None)


def _move_named(
    db: Database, article_id: str, url: str, found: dict[str, dict[str, dict[str, str]]]
) -> None:
    """Make an alias of each page that the article named as its translation and that no source brought."""
    also = (words.get("url", "") for words in found.get("also", {}).values())
    own = {page_of(address) for address in (url, *filter(None, also))}
    rows = db.conn.execute(
        "SELECT page FROM addresses WHERE article_id = ?", (article_id,)
    ).fetchall()
    for (page,) in rows:
        if page not in own:
            db.conn.execute("DELETE FROM addresses WHERE page = ?", (page,))
            _keep(db, article_id, Alias(AliasKind.HREFLANG, page))


def _keep(db: Database, article_id: str, alias: Alias) -> None:
    db.conn.execute(
        "INSERT OR IGNORE INTO aliases (kind, value, article_id, language) VALUES (?, ?, ?, ?)",
        (str(alias.kind), alias.value, article_id, alias.language),
    )


def _keep_page(db: Database, article_id: str, url: str) -> None:
    db.conn.execute(
        """INSERT INTO addresses (page, article_id) SELECT ?, id FROM articles WHERE id = ?
           ON CONFLICT (page) DO NOTHING""",
        (page_of(url), article_id),
    )
