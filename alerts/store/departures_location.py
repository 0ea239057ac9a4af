"""The ledger of a database: its name, its key, and the paths of its copies; and facts with its hashes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.errors import StoreError
from alerts.domain.subscriber import Subscriber
from alerts.store import departures_copy, link_numbers, signing_keys, transaction
from alerts.store.departure_facts import DepartureKind, Fact
from alerts.store.departure_names import AddressNames, of_mark
from alerts.store.departures_ledger import Ledger
from alerts.store.generation_markers import state_folder


@dataclass(frozen=True, slots=True)
class Departure:
    """The subject of a departure or an opt-in: an address, a person by their number, or both.

    `lost`: the address is unknown, and its name is made from the mark in the number.
    """

    kind: DepartureKind
    address: Address | None = None
    number: int = 0
    lost: bool = False

    @classmethod
    def of(cls, kind: DepartureKind, db: Database, person: Subscriber) -> "Departure":
        """The departure of a person on the list, with their present address."""
        return cls(kind, Address.parse(person.email), link_numbers.number_of(db, person.id))

    def fact(self, ledger: Ledger) -> Fact:
        """The fact for the ledger."""
        address = ledger.hashed("address", self.address.key) if self.address else ""
        if self.lost and (mark := link_numbers.mark_of(self.number)):
            address = of_mark(ledger, mark)
        person = ledger.hashed("person", str(self.number)) if self.number else ""
        return Fact(self.kind, address, person)


def ledger_of(db: Database, database: Path | None = None) -> Ledger:
    """The ledger of a database; for a nameless copy of it, that of the `database` it will replace.

    Its name and key are derived from the database's first secret, so they are the same for every
    backup. A database that was made beside an older ledger has taken over its name, and finds its key
    beside it.
    """
    path = database or Path(db.conn.execute("PRAGMA database_list").fetchone()[2])
    (name,) = db.conn.execute("SELECT name FROM ledger").fetchone()
    first = signing_keys.first(db)
    own = _derived(first, b"ledger name", 8).hex()
    key = b"" if name and name != own else _derived(first, b"ledger key", 32)
    name = name or own
    folders = [Path(row[0]) for row in db.conn.execute("SELECT path FROM ledger_folders")]
    file = f"{name}.departures"
    paths = [beside(path), state_folder() / file, *(folder / file for folder in folders)]
    if not key:
        keys = (departures_copy.key_of(p) for p in paths if departures_copy.name_in(p) == name)
        key = next((found for found in keys if found), b"")
    if not key:
        raise StoreError(
            f"{departures_copy.key_path(paths[0])}: the key of the departures ledger is missing; put it"
            " back from another copy, or move the ledger away"
        )
    return Ledger(paths, name, key)


def names_of(db: Database, database: Path | None = None) -> AddressNames:
    """What hashes the addresses of a database for its ledger."""
    return AddressNames(ledger_of(db, database), signing_keys.first(db))


def beside(database: Path) -> Path:
    """The path of the copy of the ledger beside a database."""
    return database.with_name(f"{database.name}-departures")


def _derived(secret: bytes, purpose: bytes, size: int) -> bytes:
    return hashlib.blake2b(digest_size=size, key=secret, person=purpose).digest()


def keep_in(db: Database, folders: Sequence[Path]) -> None:
    """Set the folders with further copies of the ledger, from the settings."""
    wanted = {str(folder) for folder in folders}
    if wanted != {row[0] for row in db.conn.execute("SELECT path FROM ledger_folders")}:
        with transaction(db):
            db.conn.execute("DELETE FROM ledger_folders")
            db.conn.executemany("INSERT INTO ledger_folders VALUES (?)", [(p,) for p in wanted])


def microseconds(now: datetime) -> int:
    """A moment in microseconds of the Unix clock."""
    return int(now.timestamp() * 1_000_000)
