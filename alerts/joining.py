"""Joining: an editor decides which articles of several sources are one to the reader.

Promises that a decision and its event are one transaction, and that no collection overrules it. What a
collection joins by itself stands in `collect`.
"""

from datetime import datetime

from sqlite_utils import Database

from alerts import editing
from alerts.errors import UsageError
from alerts.model import Actor
from alerts.store import articles, doubles, transaction


def join(db: Database, article_id: str, other: str, actor: Actor, now: datetime) -> None:
    """Let the article `other` stand for this one too; raises `UsageError` where it is the same one."""
    if article_id == other:
        raise UsageError(f"{article_id}: an article cannot stand for itself")
    with transaction(db):
        before = articles.get(db, article_id)
        editing.check_open(db, before.month)
        doubles.join(db, article_id, other, now, by_editor=True)
        detail = {"article": article_id, "title": before.article.title, "same_as": other}
        editing.record(db, before.month, "article.joined", detail, actor, now)


def part(db: Database, article_id: str, actor: Actor, now: datetime) -> None:
    """Let an article stand alone, for good."""
    with transaction(db):
        before = articles.get(db, article_id)
        editing.check_open(db, before.month)
        doubles.part(db, article_id, now)
        detail = {"article": article_id, "title": before.article.title}
        editing.record(db, before.month, "article.parted", detail, actor, now)
