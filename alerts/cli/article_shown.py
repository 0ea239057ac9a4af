"""How an article is shown: as `--json` prints it, line by line, and by signs in a list.

A new field of articles is shown here. Reads nothing and prints nothing: the commands are in
`article.py`.
"""

from collections.abc import Iterator
from typing import Any

from alerts.model import Article
from alerts.store.articles import Kept
from alerts.store.layers import Difference, event_fields


def document(kept: Kept) -> dict[str, Any]:
    """An article as `--json` prints it."""
    a = kept.article
    return {
        "id": a.id,
        "month": str(kept.month),
        "url": a.url,
        "title": a.title,
        "summary": a.summary,
        "language": a.language,
        "section": a.section,
        "published": a.published.isoformat() if a.published else None,
        "image": {"url": a.image.url, "alt": a.image.alt} if a.image else None,
        "author": a.author,
        "tags": list(a.tags),
        "profile": a.profile,
        "event": event_fields(a.event) if a.event else None,
        "translations": {
            language: {"title": t.title, "summary": t.summary} | ({"url": t.url} if t.url else {})
            for language, t in a.translations.items()
        },
        "same_as": a.same_as,
        "reports": [
            {"id": report.id, "url": report.url, "name": report.name} for report in a.reports
        ],
        "language_guessed": a.guessed,
        "featured": a.featured,
        "excluded": a.excluded,
        "position": a.position,
        "note": a.note,
        "source": {d.name: {"found": d.found, "changed": d.changed} for d in kept.differences},
    }


def lines(shown: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of an article that have a value, by their full names."""
    for name, value in shown.items():
        if name == "translations":
            for language, words in value.items():
                yield from ((f"{name}.{language}.{n}", t) for n, t in words.items() if t)
        elif value and name != "source":
            yield name, _written(value)


def told(difference: Difference) -> str:
    """What a source says otherwise, in a line."""
    found = _written(difference.found) if difference.found else "nothing"
    since = ", which is new since the edit" if difference.changed else ""
    return f"its source says{since}: {found}"


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items() if inner)
    return ", ".join(map(_written, value)) if isinstance(value, list) else str(value)


def flags(article: Article) -> str:
    """Signs: featured, excluded, stood for by another."""
    marks = {"★": article.featured, "✗": article.excluded, "=": bool(article.same_as)}
    return "".join(mark for mark, on in marks.items() if on)
