"""The content of the departures ledger in the database: one row per hash, the latest time of each kind.

Facts may be added twice and in any order: a row keeps the latest moment of each kind. An address counts
as departed if it left, or if its present or former owner left, and neither joined afterwards, under any
of its names in the ledger (departure_names.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import SuppressionReason
from alerts.store import suppressions
from alerts.store.departure_facts import DepartureKind
from alerts.store.departure_names import AddressNames
from alerts.store.link_numbers import BITS

REASONS = {
    DepartureKind.BOUNCED: SuppressionReason.HARD_BOUNCE,
    DepartureKind.COMPLAINED: SuppressionReason.COMPLAINT,
    DepartureKind.SUPPRESSED: SuppressionReason.MANUAL,
    DepartureKind.UNSUBSCRIBED: SuppressionReason.UNSUBSCRIBED,
    DepartureKind.FORGOTTEN: SuppressionReason.UNSUBSCRIBED,
    DepartureKind.ERASED: SuppressionReason.ERASED,
}
KINDS = {reason: kind for kind, reason in REASONS.items() if kind is not DepartureKind.FORGOTTEN}

# `a` is the row of an address, `w` the row of the person who owns it.
_LEFT = """(coalesce(a.left_at, 0) > coalesce(a.joined_at, 0)
            OR coalesce(w.left_at, 0) > max(coalesce(a.joined_at, 0), coalesce(w.joined_at, 0)))"""
_BLOCKED = """CASE WHEN coalesce(a.blocked, '') <> '' THEN a.blocked
                   WHEN w.blocked_at > coalesce(a.joined_at, 0) THEN w.blocked ELSE '' END"""
_WORDS = " ".join(f"WHEN '{kind}' THEN '{reason}'" for kind, reason in REASONS.items())
_REASON = f"CASE {_BLOCKED} {_WORDS} ELSE '' END"


@dataclass(frozen=True, slots=True)
class DepartureVerdict:
    """The ledger's verdict on an address: whether it left, and another reason not to mail it."""

    left: bool = False
    blocked: DepartureKind | None = None

    @property
    def reason(self) -> SuppressionReason | None:
        """The reason not to mail the address, besides that its reader left."""
        return REASONS[self.blocked] if self.blocked else None

    @property
    def may_join(self) -> bool:
        """True where a confirmed sign-up is enough to come back."""
        return self.reason in (None, SuppressionReason.UNSUBSCRIBED)


@dataclass(frozen=True, slots=True)
class DepartedPerson:
    """A person on the list who departed by the ledger."""

    subscriber_id: int
    verdict: DepartureVerdict


def empty(db: Database) -> bool:
    """True where nobody ever left."""
    return not db.conn.execute("SELECT EXISTS (SELECT 1 FROM departed)").fetchone()[0]


def has(db: Database, one: str) -> bool:
    """Whether the ledger has a fact about that hash."""
    asked = "SELECT EXISTS (SELECT 1 FROM departed WHERE hash = ?)"
    return bool(db.conn.execute(asked, (one,)).fetchone()[0])


def has_left(db: Database, one: str) -> bool:
    """Whether the person or address with that hash left, by the facts in the database."""
    row = db.conn.execute(
        "SELECT left_at > joined_at FROM departed WHERE hash = ?", (one,)
    ).fetchone()
    return bool(row and row[0])


def verdict(db: Database, names: AddressNames, address: Address) -> DepartureVerdict:
    """What the ledger says of an address, as far as the database holds it."""
    said = DepartureVerdict()
    for name in names.known(db, address.key):
        row = db.conn.execute(
            f"""SELECT {_LEFT}, {_BLOCKED} FROM departed AS a
                  LEFT JOIN departed AS w ON w.hash = a.person WHERE a.hash = ?""",  # noqa: S608
            (name,),
        ).fetchone()
        if row:
            said = _both(said, DepartureVerdict(bool(row[0]), _kind(row[1])))
    return said


def may_join(db: Database, names: AddressNames, address: Address) -> bool:
    """Whether an address that is proved can be on the list: it may have left, and nothing worse."""
    suppression = suppressions.find(db, address)
    if suppression and suppression.reason is not SuppressionReason.UNSUBSCRIBED:
        return False
    return verdict(db, names, address).may_join


def away(db: Database, names: AddressNames) -> Iterator[str]:
    """In SQL, one statement for each kind of name that the ledger knows: those of a table `chosen`, to be
    imported, who are gone, as `email_key` with the reason of a suppression (`reason`)."""
    for function in names.register(db):
        yield f"""SELECT c.email_key, {_REASON} AS reason
             FROM chosen AS c CROSS JOIN main.departed AS a ON a.hash = {function}(c.email_key)
             LEFT JOIN main.departed AS w ON w.hash = a.person
            WHERE c.status <> 'unsubscribed' AND ({_LEFT} OR {_BLOCKED} <> '')"""  # noqa: S608


def gone(db: Database, names: AddressNames) -> Iterator[DepartedPerson]:
    """Everybody on the list who is gone by the ledger and not by the database, in order of id.

    Hashes each of them, which takes about 3 µs.
    """
    if empty(db):
        return
    found: dict[int, DepartureVerdict] = {}
    for function in names.register(db):
        for subscriber_id, leaves, kept_out in db.conn.execute(_gone_by(function)).fetchall():
            said = DepartureVerdict(bool(leaves), _kind(kept_out))
            found[subscriber_id] = _both(found.get(subscriber_id, said), said)
    for subscriber_id in sorted(found):
        yield DepartedPerson(subscriber_id, found[subscriber_id])


def _gone_by(function: str) -> str:
    return f"""SELECT id, leaves, kept_out FROM (
              SELECT s.id, s.status, s.email_key,
                     {_LEFT} OR coalesce(p.left_at, 0) > max(coalesce(p.joined_at, 0),
                                                             coalesce(a.joined_at, 0)) AS leaves,
                     CASE WHEN {_BLOCKED} <> '' THEN {_BLOCKED}
                          WHEN p.blocked_at > coalesce(a.joined_at, 0) THEN p.blocked
                          ELSE '' END AS kept_out
                FROM subscribers AS s
                LEFT JOIN departed AS a ON a.hash = {function}(s.email_key)
                LEFT JOIN departed AS w ON w.hash = a.person
                LEFT JOIN departed AS p ON p.hash = person_mark(s.id << {BITS} | s.mark)
               WHERE s.status <> 'erased') AS found
            WHERE (leaves AND status IN ('active', 'pending'))
               OR (kept_out <> '' AND NOT EXISTS (SELECT 1 FROM suppressions AS x
                                                   WHERE x.email_key = found.email_key))
            ORDER BY id"""  # noqa: S608


def _both(one: DepartureVerdict, other: DepartureVerdict) -> DepartureVerdict:
    return DepartureVerdict(one.left or other.left, one.blocked or other.blocked)


def cleared(db: Database, names: Iterable[str]) -> bool:
    """Whether one of these names is kept out because its person was erased."""
    for name in names:
        row = db.conn.execute(
            f"""SELECT {_BLOCKED} FROM departed AS a LEFT JOIN departed AS w ON w.hash = a.person
                 WHERE a.hash = ?""",  # noqa: S608
            (name,),
        ).fetchone()
        if row and row[0] in (DepartureKind.ERASED, DepartureKind.FORGOTTEN):
            return True
    return False


def _kind(word: str) -> DepartureKind | None:
    return DepartureKind(word) if word else None
