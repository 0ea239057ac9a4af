"""How many expectations of feedparser's own tests hold for our articles: `python -m benchmarks.feeds`.

Each XML file of the collection (default: the shared corpus; or FOLDER) says at its top, as a Python
expression, what is to be read from it. Those parts that are about something that we keep of an entry
(title, link, summary, language, date, picture, tags, author) are asked of our articles; markup in the
expected value is read as the plain text that we make of it. Prints how many hold, and each that does
not.
"""

import ast
import re
import sys
from calendar import timegm
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import feed
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake
from alerts.text.plain_text import plain, safe_url, tidy
from alerts.text.urls import canonical

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "feeds"
HERE = "http://127.0.0.1:8097/feed.xml"
FIELDS = {
    "title": "title", "title_detail.value": "title",
    "link": "url",
    "summary": "summary", "description": "summary", "summary_detail.value": "summary",
    "content.0.value": "summary",
    "language": "language", "title_detail.language": "language", "content.0.language": "language",
    "summary_detail.language": "language",
    "published_parsed": "published", "updated_parsed": "published", "created_parsed": "published",
    "date_parsed": "published",
    "author": "author", "authors.0.name": "author", "author_detail.name": "author",
    "category": "tags", "tags.0.term": "tags", "tags.1.term": "tags", "tags.0.label": "tags",
    "enclosures.0.href": "image", "media_thumbnail.0.url": "image", "media_content.0.url": "image",
    "image.href": "image",
}  # fmt: skip


@dataclass(frozen=True)
class Expectation:
    """That entry `entry` has `value` in the field `field` of ours."""

    entry: int
    field: str
    value: Any
    written: str


def expectations(raw: bytes) -> Iterator[Expectation]:
    """The parts of the notation that are about what we keep."""
    text = raw.replace(b"\0", b"").decode("utf-8", "replace")
    comment = re.search(r"Expect:(.*?)-->", text, re.DOTALL)
    notation = re.sub(r"\s*\n\s*", " ", comment[1]).strip() if comment else ""
    try:
        tree: ast.expr = ast.parse(notation, mode="eval").body
    except SyntaxError:
        return
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for part in parts:
        if not isinstance(part, ast.Compare) or not isinstance(part.ops[0], ast.Eq):
            continue
        path = _path(part.left)
        try:
            value = ast.literal_eval(part.comparators[0])
        except ValueError:
            value = _joined(part.comparators[0])
        name = ".".join(map(str, path[2:]))
        if len(path) > 2 and path[0] == "entries" and name in FIELDS and value is not None:
            yield Expectation(int(path[1]), FIELDS[name], value, ast.unparse(part))


def _path(node: ast.expr) -> list[str | int]:
    """`entries[0]['title_detail'].value` as its steps."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_path(node.value), node.attr]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return [*_path(node.value), str(node.slice.value)]
    return []


def _joined(node: ast.expr) -> str | None:
    """'a' + 'b' as one text."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _joined(node.left), _joined(node.right)
        return left + right if left is not None and right is not None else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def holds(articles: tuple[Article, ...], expected: Expectation) -> bool | None:
    """True or False; None for a value that has no text, picture or address to look for."""
    value, field = expected.value, expected.field
    if isinstance(value, str):
        if field in ("title", "summary", "author", "tags") and not plain(value):
            return None
        if field in ("url", "image") and not safe_url(value, HERE):
            return None
        if "<script" in value:  # feedparser takes a script for text; nobody wants to read it
            return None
    if not articles:
        return False
    # entries that do not differ in anything are one article, so an index may lie beyond the last
    article = articles[min(expected.entry, len(articles) - 1)]
    if field == "published":
        stamp = datetime.fromtimestamp(timegm(value), UTC)
        return article.published is not None and abs(article.published - stamp).days < 1
    if field == "tags":
        return plain(value) in article.tags
    if field == "url":
        return bool(article.url.lower() == canonical(safe_url(value, HERE)).lower())
    if field == "language":
        return bool(article.language.split("-")[0] == value.lower().split("-")[0])
    if field == "image":
        pictures = (".jpg", ".jpeg", ".png", ".gif", ".webp")
        if not value.lower().endswith(pictures):
            return None  # a film or a sound
        return article.image is not None and article.image.url == safe_url(value, HERE)
    shown = getattr(article, field)
    texts = [text for text in (plain(value), tidy(value)) if text]
    return any(shown == text or shown.startswith(text[:60]) for text in texts)


def read(body: bytes) -> tuple[Article, ...]:
    """The articles of a feed; none where it is none."""
    intake = Intake(Source(1, HERE, SourceKind.FEED), Settings(root=Path()))
    return feed.read(Fetched(HERE, HERE, body), intake).articles


def main() -> None:
    """Print the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    held: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    files = refused = 0
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        files += 1
        try:
            articles = read(body)
        except InputError as fault:
            refused += 1
            print(f"refused: {path.name}: {fault}")
            articles = ()
        for expected in expectations(body):
            if (answer := holds(articles, expected)) is None:
                continue
            asked[expected.field] += 1
            held[expected.field] += answer
            if not answer:
                print(f"missed: {path.name}: {expected.written}\n  have: {articles[:2]}")
    for field, number in sorted(asked.items()):
        print(f"{field:<10} {held[field]} of {number}")
    print(f"{files} feeds, {refused} refused; {held.total()} of {asked.total()} expectations hold")


if __name__ == "__main__":
    main()
