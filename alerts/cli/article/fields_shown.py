"""How an article is printed: with `--json`, line by line, and as signs in a list.

Which fields there are follows from the table in `domain/article.py`. Reads nothing and prints nothing:
the commands are beside it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alerts.domain.article import Article
from alerts.store.article_fields import Difference, shown_fields
from alerts.store.articles import StoredArticle

if TYPE_CHECKING:
    from alerts.sources.near import NearHit
    from alerts.store.stories import Member

_CALLED = {"guessed": "language_guessed"}  # in JSON


def document(kept: StoredArticle) -> dict[str, Any]:
    """An article as `--json` prints it."""
    a = kept.article
    shown = {_CALLED.get(name, name): value for name, value in shown_fields(a).items()}
    for name in ("first_url", "pages"):
        if not shown[name]:
            del shown[name]
    return {
        "id": a.id,
        "month": str(kept.month),
        **shown,
        "same_as": a.same_as,
        "reports": [
            {"id": report.id, "url": report.url, "name": report.name} for report in a.reports
        ],
        "source": {d.name: {"found": d.found, "changed": d.changed} for d in kept.differences},
    }


def member_document(member: "Member") -> dict[str, Any]:
    """Another article of a story, as `--json` prints it; `joined`: how it is shown, and `reason` why."""
    a = member.article
    how = "translation" if member.language else "duplicate" if member.primary else ""
    return {
        "id": a.id,
        "month": str(member.month),
        "language": a.language,
        "title": a.title,
        "summary": a.summary,
        "url": a.url,
        "joined": how,
        "reason": member.reason,
    }


def near_document(hit: "NearHit") -> dict[str, Any]:
    """A near hit as `--json` prints it."""
    one, other = member_document(hit.one), member_document(hit.other)
    return {"one": one, "other": other, "reason": hit.reason}


def member_line(member: "Member") -> str:
    """Another article of a story in one line."""
    a = member.article
    how = "translation" if member.language else "duplicate" if member.primary else "same story"
    why = f" ({member.reason})" if member.reason else ""
    return f"{how}: {a.id}, {member.month}, {a.language}, “{a.title}”, {a.url}{why}"


def lines(shown: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of an article that have a value, by their full names."""
    for name, value in shown.items():
        if name == "translations":
            for language, words in value.items():
                yield from ((f"{name}.{language}.{n}", t) for n, t in words.items() if t)
        elif value and name not in ("source", "confidence"):
            yield name, _written(value)


def told(difference: Difference) -> str:
    """A difference between editor and source, in one line."""
    found = _written(difference.found) if difference.found else "nothing"
    since = ", which is new since the edit" if difference.changed else ""
    return f"its source says{since}: {found}"


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items() if inner)
    return ", ".join(map(_written, value)) if isinstance(value, list) else str(value)


def day_of(kept: StoredArticle) -> str:
    """The day of an article, `2026-10-05?` if it is a guess; its month with “?” if only that is told."""
    article, at = kept.article, kept.article.published
    if at is not None:
        return f"{at.date().isoformat()}{'?' if article.month_guessed else ''}"
    told = any(one.field == "published" for one in article.confidence)
    return f"{kept.month}?" if told else ""


def flags(article: Article) -> str:
    """Signs: featured, excluded, duplicate, and a guess that no column of its own shows."""
    marks = {
        "★": article.featured,
        "✗": article.excluded,
        "=": bool(article.same_as),
        "?": not {"published", "language"}.issuperset(article.guesses),
    }
    return "".join(mark for mark, on in marks.items() if on)
