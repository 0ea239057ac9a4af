"""Several changes that one person makes by one command are one act: they are undone together."""

from dataclasses import replace

from sqlite_utils import Database

from alerts.domain.issue import Actor
from alerts.store import audit_log


def one_act(db: Database, actor: Actor) -> Actor:
    """The same actor, whose events from now on belong together; within the transaction of the act."""
    return actor if actor.act else replace(actor, act=audit_log.next_id(db))
