"""The texts of an article that its source and an editor say differently: taking one or the other."""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.errors import Conflict
from alerts.domain.issue import Actor
from alerts.issue import editing
from alerts.store import articles, transaction


def take_source(
    db: Database,
    article_id: str,
    actor: Actor,
    now: datetime,
    *,
    keep: bool = False,
    seen: str = "",
) -> tuple[str, ...]:
    """Take the source's new version of an article (or with `keep` its editor's, knowingly).

    Returns the fields: those that changed at the source, else all texts that differ. Raises `Conflict`
    where they are not what the person has `seen` (`StoredArticle.source_mark`).
    """
    with transaction(db):
        kept = articles.get(db, article_id)
        if seen not in ("", kept.source_mark):
            raise Conflict(
                f"{article_id}: its source or its texts have changed; look at both again"
            )
        editing.check_open(db, kept.month)
        differing = kept.changed_at_source or [
            d for d in kept.differences if d.name not in ("section", "featured")
        ]
        names = tuple(d.name for d in differing)
        act = articles.keep_edits if keep else articles.take_source
        if names:
            act(db, article_id, names, now)
            editing.record_change(db, kept, "kept" if keep else "taken", names, actor, now)
    return names
