"""Rows of `articles` as articles: the layers of each, with the translations that have rows of their own."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.domain.article import Article
from alerts.domain.month import Month
from alerts.store.article_fields import Difference, article_of, differences, of_sources, overlaid

_VERSIONS = "SELECT article_id FROM doubles WHERE language <> ''"
NO_VERSION = f"articles.id NOT IN ({_VERSIONS})"
"""True for a row that is not the version of another article in another language."""

TRANSLATED = """(SELECT json_group_array(json_array(json(found), json(edits))) FROM
                  (SELECT t.found, t.edits FROM doubles AS d JOIN articles AS t ON t.id = d.article_id
                    WHERE d.same_as = articles.id AND d.language <> '' ORDER BY t.rowid))"""
COLUMNS = f"month, found, edits, basis, {TRANSLATED} AS translated"


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with its month, and the differences between editor and source."""

    article: Article
    month: Month
    differences: tuple[Difference, ...] = ()

    @property
    def changed_at_source(self) -> tuple[Difference, ...]:
        """The fields that the source has changed since the edit."""
        return tuple(d for d in self.differences if d.changed)

    @property
    def source_mark(self) -> str:
        """What stands in a form for what the source has changed, with both values; empty for nothing."""
        told = [(one.name, one.edited, one.found) for one in self.changed_at_source]
        return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest() if told else ""


def said_of(found: str, translated: str) -> dict[str, Any]:
    """What the sources say of an article, its versions in other languages included."""
    versions = {}
    for layers in json.loads(translated):
        fields = overlaid(of_sources(json.dumps(layers[0])), layers[1])
        words = {"title": fields["title"], "summary": fields.get("summary", "")}
        versions[fields["language"]] = words | {"url": fields["url"]}
    said = of_sources(found)
    versions.pop(said.get("language", ""), None)
    return overlaid(said, {"translations": versions}) if versions else said


def stored(row: Mapping[str, Any]) -> StoredArticle:
    """The only function that makes an article from the source's version and the edits."""
    said = said_of(row["found"], row["translated"])
    edits, basis = json.loads(row["edits"]), json.loads(row["basis"])
    article = article_of(overlaid(said, edits))
    return StoredArticle(article, Month.parse(row["month"]), tuple(differences(said, edits, basis)))
