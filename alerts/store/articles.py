"""Articles: what a source says of them (`found`), and what an editor wrote over it (`edits`).

Promises that an editor's word is never overwritten by a later collection, and that one page is one
article, whichever sources name it and however they spell its address. The first source that names a
page owns `found`; another one can only add languages, kept apart in `found["also"]`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlite_utils import Database

from alerts import model
from alerts.model import Article, Event, Image, Month, Translation
from alerts.store import addresses, doubles, moment, stamp

Change = Literal["new", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Kept:
    """An article with its month."""

    article: Article
    month: Month


def put(
    db: Database, article: Article, month: Month, source_id: int | None, now: datetime
) -> Change:
    """Keep what a source says of an article; a new one gets that month, a known one keeps its own.

    Call it within a transaction. What belongs to a month that is queued or sent is left as it is.
    """
    known = addresses.find(db, article.url, article.alternates.values())
    if known is None:
        _insert(db, article.url, month, source_id, _fields(article), {}, now)
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
    after = _merged_find(before, _fields(article), owns=owns, elsewhere=not known.own)
    if after == before or known_month in frozen_months(db):
        return "unchanged"
    db.conn.execute(
        "UPDATE articles SET found = ?, source_id = ?, updated_at = ? WHERE id = ?",
        (_json(after), source_id if owns else owner, stamp(now), known_id),
    )
    addresses.keep(db, known_id, (article.url, *article.alternates.values()))
    return "updated"


def add(
    db: Database, url: str, edits: Mapping[str, Any], month: Month, now: datetime
) -> Article | None:
    """Keep an article that an editor wrote; None, and no change, where its page is known already."""
    if addresses.find(db, url) is not None:
        return None
    _insert(db, url, month, None, {"url": url, "title": edits["title"]}, edits, now)
    addresses.keep(db, model.article_id(url), (url,))
    return get(db, model.article_id(url)).article


def edit(db: Database, article_id: str, changes: Mapping[str, Any], now: datetime) -> None:
    """Lay an editor's changes over what is there; `translations` are merged field by field."""
    (text,) = db.conn.execute("SELECT edits FROM articles WHERE id = ?", (article_id,)).fetchone()
    edits = _overlaid(json.loads(text), changes)
    db.conn.execute(
        "UPDATE articles SET edits = ?, updated_at = ? WHERE id = ?",
        (_json(edits), stamp(now), article_id),
    )


def move(db: Database, article_id: str, month: Month, now: datetime) -> None:
    """Put an article into another month."""
    db.conn.execute(
        "UPDATE articles SET month = ?, updated_at = ? WHERE id = ?",
        (str(month), stamp(now), article_id),
    )


def of_month(db: Database, month: Month) -> tuple[Article, ...]:
    """The articles of a month, excluded ones too, in the order in which they were found."""
    rows = db.query(
        "SELECT found, edits FROM articles WHERE month = ? ORDER BY first_seen, rowid",
        (str(month),),
    )
    return doubles.annotated(db, (_article(row["found"], row["edits"]) for row in rows))


def get(db: Database, article_id: str) -> Kept:
    """The article of that full id, which must be there."""
    row = next(
        iter(db.query("SELECT month, found, edits FROM articles WHERE id = ?", (article_id,)))
    )
    (article,) = doubles.annotated(db, (_article(row["found"], row["edits"]),))
    return Kept(article, Month.parse(row["month"]))


def matching(db: Database, words: str, month: Month | None = None) -> tuple[Kept, ...]:
    """Articles whose id begins with `words` or whose title (any language) contains them."""
    rows = db.query(
        "SELECT id, month, found, edits FROM articles WHERE month = coalesce(?, month) ORDER BY id",
        (str(month) if month else None,),
    )
    needle, found = words.casefold(), []
    for row in rows:
        article = _article(row["found"], row["edits"])
        titles = [article.title, *(t.title for t in article.translations.values())]
        if row["id"].startswith(needle) or any(needle in title.casefold() for title in titles):
            found.append(Kept(article, Month.parse(row["month"])))
    exact = [k for k in found if k.article.id == needle or k.article.title.casefold() == needle]
    return tuple(exact if len(exact) == 1 else found)


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
            _json(found),
            _json(edits),
            stamp(now),
            stamp(now),
        ),
    )


def _merged_find(
    before: dict[str, Any], new: dict[str, Any], *, owns: bool, elsewhere: bool
) -> dict[str, Any]:
    """What is found of an article once a source has told it again.

    The page keeps its address and so its id, however the source spells it this time. `elsewhere`:
    what is told is a translation with a page of its own.
    """
    also = dict(before.get("also", {}))
    if owns:
        after = {**new, "url": before["url"]}
    else:
        after = {key: value for key, value in before.items() if key != "also"}
        words = {"title": new["title"], "summary": new.get("summary", "")}
        told = {new["language"]: words | ({"url": new["url"]} if elsewhere else {})}
        also |= {**new.get("translations", {}), **told}
    covered = {after.get("language"), *after.get("translations", {})}
    also = {language: fields for language, fields in also.items() if language not in covered}
    return {**after, "also": also} if also else after


def _overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `under`; of translations, field by field."""
    result = {**under, **over}
    if "language" in over:
        result["guessed"] = bool(over.get("guessed"))
    languages = {**under.get("translations", {}), **over.get("translations", {})}
    if languages:
        result["translations"] = {
            language: {
                **under.get("translations", {}).get(language, {}),
                **over.get("translations", {}).get(language, {}),
            }
            for language in languages
        }
    return result


def _article(found: str, edits: str) -> Article:
    """The one place where what was found and what was edited become an article."""
    base = json.loads(found)
    also = base.pop("also", {})
    fields = _overlaid(_overlaid({"translations": also}, base), json.loads(edits))
    image, event = fields.get("image"), fields.get("event")
    return Article(
        url=fields["url"],
        title=fields["title"],
        summary=fields.get("summary", ""),
        language=fields.get("language", "en"),
        section=fields.get("section", "news"),
        published=moment(fields["published"]) if fields.get("published") else None,
        image=Image(image["url"], image.get("alt", "")) if image else None,
        author=fields.get("author", ""),
        tags=tuple(fields.get("tags", ())),
        profile=fields.get("profile", ""),
        event=_event(event) if event else None,
        translations={
            language: Translation(t.get("title", ""), t.get("summary", ""), t.get("url", ""))
            for language, t in sorted(fields.get("translations", {}).items())
        },
        featured=bool(fields.get("featured")),
        excluded=bool(fields.get("excluded")),
        position=fields.get("position"),
        guessed=bool(fields.get("guessed")),
    )


def _fields(article: Article) -> dict[str, Any]:
    """An article as the JSON that `_article` reads; only what is there."""
    event = article.event
    fields: dict[str, Any] = {
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "language": article.language,
        "section": article.section,
        "published": stamp(article.published) if article.published else None,
        "image": {"url": article.image.url, "alt": article.image.alt} if article.image else None,
        "author": article.author,
        "tags": list(article.tags),
        "profile": article.profile,
        "event": event_fields(event) if event else None,
        "translations": {
            language: {"title": t.title, "summary": t.summary} | ({"url": t.url} if t.url else {})
            for language, t in article.translations.items()
        },
        "featured": article.featured,
        "guessed": article.guessed,
    }
    return {key: value for key, value in fields.items() if value not in (None, "", [], {}, False)}


def event_fields(event: Event) -> dict[str, str]:
    """An event as JSON: days and moments in ISO 8601."""
    end = event.end.isoformat() if event.end else ""
    fields = {"start": event.start.isoformat(), "end": end, "place": event.place}
    return fields | ({"ics": event.ics} if event.ics else {})


def _event(fields: Mapping[str, str]) -> Event:
    end = fields.get("end")
    return Event(
        _when(fields["start"]),
        _when(end) if end else None,
        fields.get("place", ""),
        fields.get("ics", ""),
    )


def _when(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _json(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)
