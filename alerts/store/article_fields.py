"""The stored layers of an article: the version of its sources, and an editor's changes.

Both are JSON objects of an article's fields. This module makes an article from them, merges a source's
new version with its old one, and finds the differences between editor and source. Which fields there
are follows from the table in `domain/article.py`. Values in, values out: `articles.py` reads and
writes the rows.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.domain.article import FIELDS, STORED, Article, Event, Image, Translation, day_or_moment
from alerts.domain.article_fields import ArticleFieldKind as Kind
from alerts.domain.confidence import Confidence, FieldConfidence, settled
from alerts.domain.picture import focus_of, focus_text
from alerts.store import moment, stamp
from alerts.text.urls import page_of

# No source's word to compare.
UNSOURCED = frozenset(one.name for one in FIELDS if one.decided or not one.compared)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which editor and source differ, such as `translations.es.title`.

    `changed`: the source has changed since the edit.
    """

    name: str
    edited: Any
    found: Any
    changed: bool


def merged_find(
    before: dict[str, Any], new: dict[str, Any], *, owns: bool, elsewhere: bool
) -> dict[str, Any]:
    """The stored version of an article after a source has delivered it again.

    The article keeps its id, and its address unless its site has moved it. `elsewhere`: the source
    delivered a translation that has its own page.
    """
    also = dict(before.get("also", {}))
    if owns:
        new = _with_file(before, new)
        after = {**new, **_addressed(before, new["url"])}
    else:
        after = {key: value for key, value in before.items() if key != "also"}
        words = {"title": new["title"], "summary": new.get("summary", "")}
        told = {new["language"]: words | ({"url": new["url"]} if elsewhere else {})}
        also |= {**new.get("translations", {}), **told}
    covered = {after.get("language"), *after.get("translations", {})}
    also = {language: fields for language, fields in also.items() if language not in covered}
    return {**after, "also": also} if also else after


_OF_FILE = ("summary", "author", "published", "pages")


def _with_file(before: Mapping[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The new version; where the PDF file itself was read before, and now the source alone, with what the
    file said."""
    if "pages" not in before or "pages" in new:
        return new
    after = {name: before[name] for name in _OF_FILE if name in before} | new
    if new.get("guessed"):
        after |= {"language": before["language"], "guessed": before.get("guessed", False)}
    if new["title"].lower().endswith(".pdf"):  # the name of the file
        after["title"] = before["title"]
    return {name: value for name, value in after.items() if value is not False}


def _addressed(before: Mapping[str, Any], url: str) -> dict[str, str]:
    """The address of an article, and the one where it was first found if its site has moved it."""
    first = before.get("first_url", "")
    if page_of(url) == page_of(before["url"]):
        return {"url": before["url"]} | ({"first_url": first} if first else {})
    first = first or before["url"]
    return {"url": url} | ({"first_url": first} if first != url else {})


def of_sources(found: str) -> dict[str, Any]:
    """The version of the sources, including languages that other sources added."""
    base = json.loads(found)
    return overlaid({"translations": base.pop("also", {})}, base)


def overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`under` with the fields of `over`; translations are merged field by field.

    What `over` says is sure, unless it says how sure it is.
    """
    result = {**under, **over}
    if "language" in over:
        result["guessed"] = bool(over.get("guessed"))
    doubts = {n: d for n, d in under.get("confidence", {}).items() if not settled(n, over)}
    if doubts := {**doubts, **over.get("confidence", {})}:
        result["confidence"] = doubts
    else:
        result.pop("confidence", None)
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
    """The differences between editor and sources; `basis` is the sources' version at the time of the
    edit."""
    found = flat_fields(said)
    for name, edited in flat_fields(edits).items():
        word = found.get(name)
        changed = name in basis and word != basis[name]
        if name not in UNSOURCED and (word or None) != (edited or None) and (word or changed):
            yield Difference(name, edited, word, changed)


def article_of(fields: Mapping[str, Any]) -> Article:
    """The article that these fields are; a field that is not there has its default."""
    return Article(
        **{one.name: _OF_JSON[one.kind](fields[one.name]) for one in STORED if one.name in fields}
    )


def fields_of(article: Article) -> dict[str, Any]:
    """An article as the JSON that `article_of` reads; only what is there."""
    fields = _written(article, stamp)
    return {key: value for key, value in fields.items() if value not in (None, "", [], {}, False)}


def shown_fields(article: Article) -> dict[str, Any]:
    """Every field by its name as `--json` shows it; `None` where there is nothing."""
    return _written(article, datetime.isoformat)


def _written(article: Article, moments: Callable[[datetime], str]) -> dict[str, Any]:
    """Every field that is stored, in JSON, with moments in that spelling."""
    written = {one.name: _TO_JSON[one.kind](getattr(article, one.name)) for one in STORED}
    times = {one.name: getattr(article, one.name) for one in STORED if one.kind is Kind.MOMENT}
    return written | {name: moments(at) if at else None for name, at in times.items()}


def flat(article: Article) -> dict[str, Any]:
    """The fields of an article by name, without empty ones, for comparing two versions of it."""
    return flat_fields({n: v for n, v in fields_of(article).items() if n != "confidence"})


def image_fields(image: Image) -> dict[str, str]:
    """A picture as JSON; its focus as `50,30`, where it has one."""
    focus = {"focus": focus_text(image.focus)} if image.focus else {}
    return {"url": image.url, "alt": image.alt, **focus}


def image_of(fields: Mapping[str, str]) -> Image:
    """The inverse of `image_fields`."""
    return Image(fields["url"], fields.get("alt", ""), focus_of(fields.get("focus", "")))


def event_fields(event: Event) -> dict[str, str]:
    """An event as JSON: days and moments in ISO 8601."""
    end = event.end.isoformat() if event.end else ""
    fields = {"start": event.start.isoformat(), "end": end, "place": event.place}
    return fields | ({"ics": event.ics} if event.ics else {})


def _event(fields: Mapping[str, str]) -> Event:
    end = fields.get("end")
    return Event(
        day_or_moment(fields["start"]),
        day_or_moment(end) if end else None,
        fields.get("place", ""),
        fields.get("ics", ""),
    )


def _as_it_is(value: Any) -> Any:
    return value


def _translations(told: Mapping[str, Mapping[str, str]]) -> dict[str, Translation]:
    return {
        language: Translation(t.get("title", ""), t.get("summary", ""), t.get("url", ""))
        for language, t in sorted(told.items())
    }


def _confidence_fields(told: tuple[FieldConfidence, ...]) -> dict[str, dict[str, str]]:
    return {one.field: {"confidence": one.confidence.value, "why": one.why} for one in told}


def _confidence(fields: Mapping[str, Mapping[str, str]]) -> tuple[FieldConfidence, ...]:
    return tuple(
        FieldConfidence(name, Confidence(said["confidence"]), said["why"])
        for name, said in fields.items()
    )


def _translation_fields(told: Mapping[str, Translation]) -> dict[str, dict[str, str]]:
    return {
        language: {"title": t.title, "summary": t.summary} | ({"url": t.url} if t.url else {})
        for language, t in told.items()
    }


# How a field of each kind is written as JSON, and read; most are JSON as they are.
_SAME = dict.fromkeys(Kind, _as_it_is)
_TO_JSON: Mapping[Kind, Callable[[Any], Any]] = {
    **_SAME,
    Kind.IMAGE: lambda image: image_fields(image) if image else None,
    Kind.EVENT: lambda event: event_fields(event) if event else None,
    Kind.WORDS: list,
    Kind.TRANSLATIONS: _translation_fields,
    Kind.CONFIDENCE: _confidence_fields,
}
_OF_JSON: Mapping[Kind, Callable[[Any], Any]] = {
    **_SAME,
    Kind.MOMENT: lambda text: moment(text) if text else None,
    Kind.IMAGE: lambda fields: image_of(fields) if fields else None,
    Kind.EVENT: lambda fields: _event(fields) if fields else None,
    Kind.WORDS: tuple,
    Kind.FLAG: bool,
    Kind.TRANSLATIONS: _translations,
    Kind.CONFIDENCE: _confidence,
}


def as_json(fields: Mapping[str, Any]) -> str:
    """Fields as JSON text; equal fields give equal text."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)
