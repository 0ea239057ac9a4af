"""Creates the departures ledger of a database that has none, with everybody who has left until now."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.subscriber import SuppressionReason
from alerts.store import departure_names, link_numbers, transaction
from alerts.store.departure_facts import DepartureKind, Fact
from alerts.store.departures_ledger import Ledger
from alerts.store.departures_location import Departure, ledger_of, microseconds
from alerts.store.departures_state import KINDS
from alerts.store.ledger_position import BATCH, take_in

# The content of a lost ledger in the database, as facts in their order.
_HELD = """
    SELECT kind, hash, person FROM (
        SELECT linked_at AS at, 'had' AS kind, hash, person FROM departed WHERE person <> ''
        UNION ALL SELECT joined_at, 'joi', hash, '' FROM departed WHERE joined_at > 0
        UNION ALL SELECT left_at, 'lft', hash, '' FROM departed WHERE left_at > 0
        UNION ALL SELECT blocked_at, iif(blocked = '', 'alw', blocked), hash, ''
                    FROM departed WHERE blocked_at > 0)
     ORDER BY at, kind"""


def ready(db: Database, now: datetime, database: Path | None = None) -> Ledger:
    """The ledger of a database; created if it has no copy. Raises `StoreError`."""
    ledger = ledger_of(db, database)
    with suppress(OSError):  # the other copies serve
        ledger.paths[1].parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not ledger.exists():
        ledger.heal()
        _seed(db, ledger, now)
    return ledger


def _seed(db: Database, ledger: Ledger, now: datetime) -> None:
    db.conn.execute("UPDATE ledger SET position = 0, line = ''")
    db.conn.execute("DELETE FROM ledger_ahead")
    for part in (_held, _people, _kept_out, _hashed):
        facts = iter(list(part(db, ledger)))
        while batch := list(islice(facts, BATCH)):
            slots = ledger.append(batch, microseconds(now))
            with transaction(db):
                take_in(db, ledger, slots)


def _held(db: Database, _: Ledger) -> Iterator[Fact]:
    """The facts of a former ledger."""
    for kind, one, person in db.conn.execute(_HELD):
        yield Fact(DepartureKind(kind), one, person)


def _people(db: Database, ledger: Ledger) -> Iterator[Fact]:
    """People who left or were erased, of whom only the number is known."""
    people = db.conn.execute(
        f"""SELECT iif(status = 'erased', 'ers', 'lft'), email, id << {link_numbers.BITS} | mark
              FROM subscribers WHERE status IN ('unsubscribed', 'erased') ORDER BY id"""  # noqa: S608
    )
    for kind, email, number in people:
        address = Address.parse(email) if email else None
        yield Departure(DepartureKind(kind), address, number).fact(ledger)


def _kept_out(db: Database, ledger: Ledger) -> Iterator[Fact]:
    """The suppressed addresses."""
    rows = db.conn.execute(
        "SELECT reason, email_key FROM suppressions WHERE email_key IS NOT NULL ORDER BY id"
    )
    for reason, key in rows:
        yield Departure(KINDS[SuppressionReason(reason)], Address.parse(key)).fact(ledger)


def _hashed(db: Database, ledger: Ledger) -> Iterator[Fact]:
    """Erased people by the hashes of their addresses, and former addresses of people."""
    rows = db.conn.execute(
        "SELECT reason, address_hash FROM suppressions WHERE address_hash IS NOT NULL ORDER BY id"
    )
    for reason, digest in rows:
        kind = KINDS[SuppressionReason(reason)]
        long_ago = kind is DepartureKind.UNSUBSCRIBED
        name = departure_names.of_digest(digest)
        yield Fact(DepartureKind.FORGOTTEN if long_ago else kind, name)
    rows = db.conn.execute(
        f"""SELECT f.address_hash, s.id << {link_numbers.BITS} | s.mark
              FROM former_addresses AS f JOIN subscribers AS s ON s.id = f.subscriber_id"""  # noqa: S608
    )
    for digest, number in rows:
        person = ledger.hashed("person", str(number))
        yield Fact(DepartureKind.HAD, departure_names.of_digest(digest), person)
