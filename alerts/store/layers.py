"""The layers of an article as the store keeps them: what sources say, and what an editor wrote over it.

Both are JSON objects of an article's fields. Here is how they become an article, how a source's new word
is merged with its old one, and where an editor's word and the source's differ. A new field of articles
is written and read here. Values in, values out: rows are the business of `articles.py`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alerts import model
from alerts.model import Article, Event, Image, Translation
from alerts.store import moment, stamp

UNSOURCED = frozenset({"excluded", "position", "note", "guessed"})  # no source's word to compare


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which an editor's word and the source's differ, such as `translations.es.title`.

    `changed`: the source has said something new since the editor wrote.
    """

    name: str
    edited: Any
    found: Any
    changed: bool


def merged_find(
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


def of_sources(found: str) -> dict[str, Any]:
    """What the sources say of an article, the languages that others added included."""
    base = json.loads(found)
    return overlaid({"translations": base.pop("also", {})}, base)


def overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
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


def flat_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by name, those of translations as `translations.es.title`."""
    flat = {name: value for name, value in fields.items() if name != "translations"}
    for language, words in fields.get("translations", {}).items():
        flat |= {f"translations.{language}.{name}": text for name, text in words.items()}
    return flat


def differences(
    said: Mapping[str, Any], edits: Mapping[str, Any], basis: Mapping[str, Any]
) -> Iterator[Difference]:
    """Where an editor's word and the sources' differ; `basis` is what those said when it was written."""
    found = flat_fields(said)
    for name, edited in flat_fields(edits).items():
        word = found.get(name)
        changed = name in basis and word != basis[name]
        if name not in UNSOURCED and (word or None) != (edited or None) and (word or changed):
            yield Difference(name, edited, word, changed)


def article_of(fields: Mapping[str, Any]) -> Article:
    """The article that these fields are."""
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
        note=fields.get("note", ""),
        guessed=bool(fields.get("guessed")),
    )


def fields_of(article: Article) -> dict[str, Any]:
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
        "excluded": article.excluded,
        "position": article.position,
        "note": article.note,
    }
    return {key: value for key, value in fields.items() if value not in (None, "", [], {}, False)}


def flat(article: Article) -> dict[str, Any]:
    """The fields of an article by name, only what is there; for comparing two versions of it."""
    return flat_fields(fields_of(article))


def event_fields(event: Event) -> dict[str, str]:
    """An event as JSON: days and moments in ISO 8601."""
    end = event.end.isoformat() if event.end else ""
    fields = {"start": event.start.isoformat(), "end": end, "place": event.place}
    return fields | ({"ics": event.ics} if event.ics else {})


def _event(fields: Mapping[str, str]) -> Event:
    end = fields.get("end")
    return Event(
        model.day_or_moment(fields["start"]),
        model.day_or_moment(end) if end else None,
        fields.get("place", ""),
        fields.get("ics", ""),
    )


def as_json(fields: Mapping[str, Any]) -> str:
    """Fields as they are written: the same ones in the same letters."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)
