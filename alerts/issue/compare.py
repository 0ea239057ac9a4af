"""What an issue says, as values to keep, and what has changed between two such. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from alerts.domain.article import Article
from alerts.domain.issue import Issue
from alerts.issue.seen_edit import INTRODUCTION, article_texts


@dataclass(frozen=True, slots=True)
class TextDifference:
    """A text that is not what it was. `article_id` is empty for a text of the issue itself; `title` is that
    of the story; a `name` of a story's form, such as `image`, has no language."""

    article_id: str
    title: str
    language: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class IssueComparison:
    """What has changed: texts, stories by (id, title) that came or went, and whether those that stayed are
    in another order."""

    texts: tuple[TextDifference, ...]
    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    reordered: bool

    @property
    def nothing(self) -> bool:
        """Whether all is as it was."""
        return not (self.texts or self.added or self.removed or self.reordered)


def kept_texts(issue: Issue) -> dict[str, Any]:
    """All that an issue says, as JSON values."""
    opening: dict[str, dict[str, str]] = {tag: asdict(face) for tag, face in issue.faces.items()}
    for tag, words in issue.introductions.items():
        opening.setdefault(tag, {})[INTRODUCTION] = words
    stories = [_story(one, part.key) for part in issue.sections for one in part.articles]
    return {"opening": opening, "stories": stories}


def _story(article: Article, section: str) -> dict[str, Any]:
    tags = (article.language, *article.translations)
    return {
        "id": article.id,
        "title": article.title,
        "texts": {tag: dict(article_texts(article, tag)) for tag in tags},
        "form": {
            "section": section,
            "layout": article.layout,
            "image": article.image.url if article.image else "",
            "alt": article.image.alt if article.image else "",
        },
    }


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> IssueComparison:
    """What has changed from one to the other; both as `kept_texts` makes them."""
    old = {one["id"]: one for one in before["stories"]}
    new = {one["id"]: one for one in after["stories"]}
    stayed = [id_ for id_ in new if id_ in old]
    texts = [*_texts("", "", before["opening"], after["opening"])]
    for id_ in stayed:
        was, now = old[id_], new[id_]
        texts += _texts(id_, now["title"], was["texts"], now["texts"])
        texts += _texts(id_, now["title"], {"": was["form"]}, {"": now["form"]})
    return IssueComparison(
        tuple(texts),
        tuple((id_, one["title"]) for id_, one in new.items() if id_ not in old),
        tuple((id_, one["title"]) for id_, one in old.items() if id_ not in new),
        stayed != [id_ for id_ in old if id_ in new],
    )


def _texts(
    article_id: str,
    title: str,
    before: Mapping[str, Mapping[str, str]],
    after: Mapping[str, Mapping[str, str]],
) -> Iterator[TextDifference]:
    for tag in dict.fromkeys((*before, *after)):
        was, now = before.get(tag, {}), after.get(tag, {})
        for name in dict.fromkeys((*was, *now)):
            old, new = was.get(name, ""), now.get(name, "")
            if old != new:
                yield TextDifference(article_id, title, tag, name, old, new)
