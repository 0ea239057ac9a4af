"""What a mail about comments says: which comments, on what, and where the desk shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from alerts.domain.comment import Comment
from alerts.store import comments
from alerts.store.comments import MailedComment
from alerts.store.notices import Notice


@dataclass(frozen=True, slots=True)
class CommentedStory:
    """What the comments of a mail are about: a story by its title, or (empty) the issue; and its page."""

    title: str
    url: str
    comments: tuple[Comment, ...]


def facts(db: Database, notice: Notice, base_url: str) -> Mapping[str, Any]:
    """The values for `templates/email/comments/`: `stories`, how many comments there are, and `url`."""
    told = comments.of_notice(db, notice.id)
    stories = [
        _story(list(group), base_url) for _, group in groupby(sorted(told, key=_about), key=_about)
    ]
    return {
        "stories": stories,
        "count": len(told),
        "url": stories[0].url if len(stories) == 1 else f"{base_url}/desk",
    }


def empty(db: Database, notice: Notice) -> bool:
    """Whether nothing is left to say: what it was to tell of was deleted."""
    return not comments.of_notice(db, notice.id)


def _about(one: MailedComment) -> tuple[str, str]:
    return str(one.comment.month), one.comment.article_id


def _story(group: Sequence[MailedComment], base_url: str) -> CommentedStory:
    first = group[0].comment
    path = f"/story/{first.article_id}" if first.article_id else f"?month={first.month}"
    address = f"{base_url}/desk{path}#comments"
    return CommentedStory(group[0].title, address, tuple(one.comment for one in group))
