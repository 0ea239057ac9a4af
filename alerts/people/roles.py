"""Who works on the alert: adding people, changing their roles, removing them."""

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.errors import UsageError
from alerts.domain.issue import Actor
from alerts.domain.person import Person, Role, RoleHeld
from alerts.store import audit_log, comments, people, transaction


def add(
    db: Database,
    address: Address,
    roles: Collection[RoleHeld],
    name: str,
    actor: Actor,
    now: datetime,
) -> tuple[Person, bool]:
    """Add a person, or give one more roles; returns them, and whether anything changed.

    An empty name leaves the name as it is.
    """
    with transaction(db):
        known = people.find(db, address)
        if known and frozenset(roles) <= known.roles and name in ("", known.name):
            return known, False
        number = known.id if known else people.add(db, address, name, now)
        if known and name:
            people.rename(db, number, name)
        people.set_roles(db, number, {*roles, *(known.roles if known else ())})
        given = sorted(str(held) for held in roles)
        _record(db, "person.added", number, actor, now, roles=given)
        return _there(db, number), True


def take_roles(
    db: Database, address: Address, roles: Collection[RoleHeld], actor: Actor, now: datetime
) -> Person:
    """Take roles from a person, who keeps at least one; raises `UsageError`."""
    with transaction(db):
        person = _known(db, address)
        left = person.roles - frozenset(roles)
        if not left:
            raise UsageError(f"{address}: these are all their roles; remove the person instead")
        _check_admin_left(db, person, left)
        people.set_roles(db, person.id, left)
        taken = sorted(str(held) for held in person.roles - left)
        _record(db, "person.roles_taken", person.id, actor, now, roles=taken)
        return _there(db, person.id)


def remove(db: Database, address: Address, actor: Actor, now: datetime) -> bool:
    """Remove a person and end their sessions; False where there is none with that address.

    What they approved stays approved. Raises `UsageError` for the last admin while others remain.
    """
    with transaction(db):
        person = people.find(db, address)
        if person is None:
            return False
        _check_admin_left(db, person, frozenset())
        comments.drop_mails(db, person.id, now)
        people.remove(db, person.id, now)
        _record(db, "person.removed", person.id, actor, now)
        return True


def erase(db: Database, address: Address, actor: Actor, now: datetime) -> int:
    """Remove a person, also one who was removed before, and forget their name and address.

    What they wrote stays, without a name; who approved an issue stays in its log. Returns how many rows
    had that address. Raises `UsageError` for the last admin while others remain.
    """
    with transaction(db):
        person = people.find(db, address)
        if person is not None:
            _check_admin_left(db, person, frozenset())
            comments.drop_mails(db, person.id, now)
            people.remove(db, person.id, now)
        erased = people.erase(db, address)
        for number in erased:
            _record(db, "person.erased", number, actor, now)
        return len(erased)


def _check_admin_left(db: Database, person: Person, left: frozenset[RoleHeld]) -> None:
    """Refuse to leave people without an admin where there was one."""
    if not person.administers or any(held.role is Role.ADMIN for held in left):
        return
    others = [one for one in people.everybody(db) if one.id != person.id]
    if others and not any(one.administers for one in others):
        raise UsageError(
            f"{person.email} is the only admin: make somebody else admin first"
            " (`alerts person add EMAIL --role admin`)"
        )


def _known(db: Database, address: Address) -> Person:
    person = people.find(db, address)
    if person is None:
        raise UsageError(
            f"{address}: nobody with this address works here; see `alerts person list`"
        )
    return person


def _there(db: Database, number: int) -> Person:
    person = people.get(db, number)
    assert person is not None  # within the transaction that wrote it  # noqa: S101
    return person


def _record(
    db: Database, kind: str, number: int, actor: Actor, now: datetime, **detail: object
) -> None:
    told = {"person": number, "by": actor.name, "command": actor.command, **detail}
    audit_log.record(db, now, kind, detail=told)
