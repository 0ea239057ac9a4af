"""Adds facts of the departures ledger to the table `departed`: see departures_state.py.

The rows of a batch are read together, changed, and written in the order of the table, so that a million
facts need as few disk pages as possible.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.store.departure_facts import DepartureKind, Fact


@dataclass(slots=True)
class _Row:
    """The state of one hash; see m024_departures.py."""

    left_at: int = 0
    joined_at: int = 0
    blocked: str = ""
    blocked_at: int = 0
    person: str = ""
    linked_at: int = 0

    def values(self) -> tuple[int, int, str, int, str, int]:
        """The columns, in the order of the table."""
        return (
            self.left_at, self.joined_at, self.blocked, self.blocked_at, self.person, self.linked_at,
        )  # fmt: skip

    def leave(self, at: int) -> None:
        """Record a departure."""
        if at > self.left_at:
            self.left_at = at

    def block(self, kind: str, at: int) -> None:
        """Record that they must not be mailed or, with an empty kind, may be mailed again."""
        if at > self.blocked_at:
            self.blocked, self.blocked_at = kind, at

    def link(self, person: str, at: int) -> None:
        """Record the owner of the address."""
        if person and at > self.linked_at:
            self.person, self.linked_at = person, at


def absorb(db: Database, facts: Iterable[Fact]) -> None:
    """Add facts to the database, within the caller's transaction."""
    facts = list(facts)
    wanted = {one for fact in facts for one in (fact.address, fact.person) if one}
    rows = {
        one: _Row(*values)
        for one, *values in db.conn.execute(
            """SELECT hash, left_at, joined_at, blocked, blocked_at, person, linked_at FROM departed
                WHERE hash IN (SELECT value FROM json_each(?))""",
            (json.dumps(sorted(wanted)),),
        )
    }
    for fact in facts:
        address, person = (
            rows.setdefault(one, _Row()) if one else None for one in (fact.address, fact.person)
        )
        _fold(fact, address, person)
    db.conn.executemany(
        "INSERT OR REPLACE INTO departed VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((one, *rows[one].values()) for one in sorted(rows)),
    )


def _fold(fact: Fact, address: _Row | None, person: _Row | None) -> None:
    """Add one fact to the rows of its address and of its person."""
    kind, at = fact.kind, fact.at
    if address is not None and kind not in (DepartureKind.ALLOWED, DepartureKind.CLEARED):
        address.link(fact.person, at)
    both = [row for row in (address, person) if row is not None]
    match kind:
        case DepartureKind.LEFT:
            for row in both:
                row.leave(at)
        case DepartureKind.ERASED | DepartureKind.FORGOTTEN:
            # the person is marked too, so that their former addresses are kept out
            for row in both:
                row.leave(at)
                row.block(kind, at)
        case DepartureKind.JOINED:
            for row in both:
                row.joined_at = max(row.joined_at, at)
                row.block("", at)
        case DepartureKind.HAD:
            pass
        case DepartureKind.MOVED if address is not None:
            # The address belongs to this person now, whoever left with it before. If the person left,
            # so did the address: a move is not an opt-in.
            if address.left_at < at:
                address.left_at = 0
            address.block("", at)
        case DepartureKind.CLEARED if address is not None:
            if address.left_at < at:
                address.left_at, address.person, address.linked_at = 0, "", at
            address.block("", at)
        case DepartureKind.ALLOWED if address is not None:
            address.block("", at)
        case _:
            if address is not None:
                address.block(kind, at)
