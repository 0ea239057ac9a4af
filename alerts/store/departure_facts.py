"""One line of the departures ledger: a fact and its checksum.

A line is a slot of 64 octets, so that none spans two sectors of a disk. A fact is written as

    lft 0006419e1d0a4b80 q1v0W3nT5o2Yc8Zr Jm2b9xQe7KfLs0aD 9f1c22ab

that is its kind, its moment (microseconds of the Unix clock), the keyed hashes of an address and of a
person (either may be missing: `----------------`), and the CRC-32 of the text before it.
"""

import zlib
from dataclasses import dataclass
from enum import StrEnum

SLOT = 64  # octets
EMPTY = b" " * (SLOT - 1) + b"\n"  # an empty slot
_NOBODY = "-" * 16


class DepartureKind(StrEnum):
    """The kind of a fact, by its word in the file."""

    LEFT = "lft"
    BOUNCED = "bnc"
    COMPLAINED = "cpl"
    SUPPRESSED = "sup"  # by an admin
    UNSUBSCRIBED = "uns"  # suppressed by an admin because they had left
    FORGOTTEN = "fgt"  # erased long after they left; they may sign up again
    ERASED = "ers"
    HAD = "had"  # this address is, or was, this person's
    MOVED = "mov"  # this person has this address now
    JOINED = "joi"  # a fresh opt-in: what was before counts no more
    ALLOWED = "alw"  # an admin took the suppression back
    CLEARED = (
        "clr"  # … of an address whose person was erased: it may be anybody's, they stay erased
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """One line. `address` and `person` are keyed hashes, or empty; `at` is 0 until it is written."""

    kind: DepartureKind
    address: str = ""
    person: str = ""
    at: int = 0

    def line(self) -> bytes:
        """The slot with this fact."""
        return sealed(
            f"{self.kind} {self.at:016x} {self.address or _NOBODY} {self.person or _NOBODY}"
        )


def sealed(words: str) -> bytes:
    """A line of up to 54 octets, with its checksum."""
    body = words.ljust(SLOT - 10).encode()
    return body + b" %08x\n" % zlib.crc32(body)


def unsealed(line: bytes) -> list[str]:
    """The words of a line with a correct checksum; empty otherwise."""
    if len(line) != SLOT or line[-10:-1] != b" %08x" % zlib.crc32(line[:-10]):
        return []
    return line[:-10].decode("ascii", "replace").split()


def fact_of(line: bytes) -> Fact | None:
    """The fact in a slot, or None where it is empty, damaged or of an unknown kind."""
    words = unsealed(line)
    if len(words) != 4 or words[0] not in _KINDS:
        return None
    kind, at, address, person = words
    return Fact(
        _KINDS[kind],
        "" if address == _NOBODY else address,
        "" if person == _NOBODY else person,
        int(at, 16),
    )


_KINDS = {kind.value: kind for kind in DepartureKind}
