"""SQL functions for an import: the tags of several lines together, and the worst of several statuses."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from alerts.domain.entry import Standing, worst


class _Worst:
    """The worst of the statuses of one person, as an aggregate of SQL."""

    def __init__(self) -> None:
        self._worst = Standing.ACTIVE

    def step(self, status: str) -> None:
        """One line."""
        self._worst = worst(self._worst, Standing(status or "active"))

    def finalize(self) -> str:
        """All lines."""
        return str(self._worst)


class _EveryTag:
    """The tags of all lines of one person, as an aggregate of SQL."""

    def __init__(self) -> None:
        self._tags: set[str] = set()

    def step(self, tags: str) -> None:
        """One line."""
        self._tags.update(json.loads(tags))

    def finalize(self) -> str:
        """All lines."""
        return _listed(self._tags)


def _listed(tags: Iterable[str]) -> str:
    """Tags as they are stored."""
    return json.dumps(sorted(tags), ensure_ascii=False)


def register_functions(db: Database) -> None:
    """Give SQL `all_tags(one, other)`, and the aggregates `worst(status)` and `every_tag(tags)`."""
    db.conn.create_function(
        "all_tags", 2, lambda one, other: _listed({*json.loads(one), *json.loads(other)}),
        deterministic=True,
    )  # fmt: skip
    connection: Any = db.conn  # typeshed has aggregates of numbers only
    connection.create_aggregate("worst", 1, _Worst)
    connection.create_aggregate("every_tag", 1, _EveryTag)
