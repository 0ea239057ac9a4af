"""The names under which the departures ledger may know an address: keyed hashes of three kinds.

Nearly every fact has the first kind, a hash of the address itself. The two others are for departures
whose address was unknown when they were written. A person whom only an old link names has the mark,
which is derived from their address (link_numbers.py). A person who was erased before there was a ledger
has the hash of their address that the database keeps. The first character of a name shows its kind, so
one look at the index tells whether the ledger has names of a kind.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.domain.address import former_key
from alerts.store import suppressions
from alerts.store.departures_ledger import Ledger
from alerts.store.link_numbers import derived_mark

_MARK, _OLD = ".", "~"  # not characters of base64; one sorts before them, one after
_SOME = {
    _MARK: "SELECT EXISTS (SELECT 1 FROM main.departed WHERE hash >= '.' AND hash < '/')",
    _OLD: "SELECT EXISTS (SELECT 1 FROM main.departed WHERE hash >= '~')",
}


def of_mark(ledger: Ledger, mark: int) -> str:
    """The name of the person with that mark."""
    return _MARK + ledger.hashed("mark", str(mark))[1:]


def of_digest(digest: bytes) -> str:
    """The name of the address whose hash the database keeps (suppressions.py)."""
    return _OLD + urlsafe_b64encode(digest[:12]).decode()[1:]


@dataclass(frozen=True, slots=True)
class AddressNames:
    """What hashes the addresses of a database; `secret` is its first one."""

    ledger: Ledger
    secret: bytes

    def main(self, key: str) -> str:
        """The name that every address has, from its key."""
        return self.ledger.hashed("address", key)

    def by_mark(self, key: str) -> str:
        """The name by the mark that is derived from the key."""
        return of_mark(self.ledger, derived_mark(self.secret, key))

    def by_digest(self, key: str) -> str:
        """The name by the hash that the database keeps."""
        return of_digest(suppressions.digest_of(self.secret, key))

    def by_former_digest(self, key: str) -> str:
        """The name by the hash of older versions, which treated the two domains of Gmail as different."""
        return of_digest(suppressions.digest_of(self.secret, former_key(key)))

    def known(self, db: Database, key: str) -> Iterator[str]:
        """The names of an address, of the kinds that the ledger has."""
        yield self.main(key)
        if _some(db, _MARK):
            yield self.by_mark(key)
        if _some(db, _OLD):
            yield from dict.fromkeys((self.by_digest(key), self.by_former_digest(key)))

    def register(self, db: Database) -> list[str]:
        """Give SQL functions that make these names from an address's key, and `person_mark(number)`,
        the hash of a person; returns the functions for the kinds that the ledger has."""
        functions = {"address_mark": self.main}
        if _some(db, _MARK):
            functions["lost_mark"] = self.by_mark
        if _some(db, _OLD):
            functions |= {"old_mark": self.by_digest, "older_mark": self.by_former_digest}
        for name, function in functions.items():
            db.conn.create_function(name, 1, function, deterministic=True)
        hashed = self.ledger.hashed
        db.conn.create_function(
            "person_mark", 1, lambda number: hashed("person", str(number)), deterministic=True
        )
        return list(functions)


def _some(db: Database, kind: str) -> bool:
    return bool(db.conn.execute(_SOME[kind]).fetchone()[0])
