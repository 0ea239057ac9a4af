"""The departures ledger: an append-only file, in several copies, of who left and who came back.

It is kept longer than any database: where it has more facts, the database is an older one that was put
back. It contains no address, only keyed hashes, whose key is beside each copy and never changes. A fact
is valid only with its checksum, and has the same slot in each copy. Copies that differ or are missing
are united when the next fact is written: a damaged slot in one is taken from another, and a fact that
only one has is appended to all. docs/adr/0019-departures-ledger.md.
"""

import errno
import hashlib
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from alerts.domain.errors import StoreError
from alerts.store import departures_copy as copies
from alerts.store.departure_facts import SLOT, Fact, fact_of
from alerts.store.departures_copy import HEAD
from alerts.store.lock import waiting_lock

_AT_ONCE = 16_384  # slots read together
_REMEDY = "see that its folder is there, can be written and has room"
Mark = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a copy: its number of `facts`, its `damaged` lines, or why it cannot be read."""

    path: Path
    facts: int = 0
    damaged: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The copies at `paths` of the ledger with that `name`; the first is the one beside the database."""

    paths: Sequence[Path]
    name: str
    key: bytes

    def hashed(self, what: str, value: str) -> str:
        """The keyed hash of an address's key (`what` is "address") or a person's number ("person")."""
        mac = hashlib.blake2b(value.encode(), digest_size=12, key=self.key, person=what.encode())
        return urlsafe_b64encode(mac.digest()).decode()

    def exists(self) -> bool:
        """True where at least one copy exists."""
        return bool(self._present())

    def append(self, facts: Sequence[Fact], at: int) -> list[tuple[int, Fact]]:
        """Write facts to every copy that can be written, flushed; returns each with its slot.

        `at` is now, in microseconds; a clock that was set back does not reorder facts. Raises
        `StoreError` where no copy can be written.
        """
        with self._alone():
            self._unite()
            end, last = self._end()
            start = max(at, last + 1)
            dated = [Fact(f.kind, f.address, f.person, start + n) for n, f in enumerate(facts)]
            self._write(end, b"".join(fact.line() for fact in dated))
        return [(end + n, fact) for n, fact in enumerate(dated)]

    def end(self) -> int:
        """The number of slots with facts."""
        return self._end()[0]

    def mark(self) -> Mark:
        """A value that changes whenever a copy does; costs one system call per copy."""
        return tuple(_stat(path) for path in self.paths)

    def read(self, begin: int = 0) -> Iterator[tuple[int, Fact]]:
        """Yield facts from that slot on, with their slots, each from the first copy in which it is
        undamaged."""
        with copies.opened(self._present()) as files:
            while True:
                pieces = [os.pread(f, _AT_ONCE * SLOT, (HEAD + begin) * SLOT) for f in files]
                longest = max((len(piece) // SLOT for piece in pieces), default=0)
                for slot in range(longest):
                    part = slice(slot * SLOT, (slot + 1) * SLOT)
                    found = next((f for p in pieces if (f := fact_of(p[part]))), None)
                    if found:
                        yield begin + slot, found
                if longest < _AT_ONCE:
                    return
                begin += longest

    def line_at(self, slot: int) -> str:
        """The written fact of a slot; empty where there is none."""
        found = next(self.read(slot), None) if slot >= 0 else None
        return found[1].line().decode().strip() if found and found[0] == slot else ""

    def held(self) -> int:
        """How much of the ledger a database here has absorbed, in slots."""
        return max((copies.held(path) for path in self._present()), default=0)

    def tell_held(self, slots: int) -> None:
        """Record how much the database has absorbed now."""
        for path in self._present():
            if copies.held(path) != slots:
                copies.tell_held(path, slots)

    def conditions(self) -> list[Condition]:
        """The condition of each copy; reads all of them."""
        return [self._condition(path) for path in self.paths]

    def heal(self) -> None:
        """Unite the copies, and create missing ones where their folder exists."""
        with self._alone():
            self._unite(thoroughly=True)

    def set_aside(self) -> None:
        """Rename a copy of another project's ledger that is in the place of one of ours."""
        for path in self.paths:
            if (other := copies.name_in(path)) not in ("", self.name):
                for lies in (path, copies.key_path(path)):
                    if lies.exists():
                        lies.replace(lies.with_name(f"{lies.name}.{other}"))

    # --- within the lock --------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        first = self.paths[0]
        try:
            with waiting_lock(first.with_name(f"{first.name}.lock")):
                yield
        except OSError as fault:
            raise StoreError(f"{first}: cannot be written ({fault.strerror}); {_REMEDY}") from fault

    def _end(self) -> tuple[int, int]:
        """The number of slots in use in the fullest copy, and the moment of the last fact."""
        last = 0
        with copies.opened(self._present()) as files:
            end = max((copies.used(file) for file in files), default=0)
            slot = end - 1
            while slot >= 0 and not last:  # a damaged last line has no moment
                found = [fact_of(os.pread(file, SLOT, (HEAD + slot) * SLOT)) for file in files]
                last = max((fact.at for fact in found if fact), default=0)
                slot -= 1
        return end, last

    def _write(self, slot: int, lines: bytes) -> None:
        present, faults = self._present(), []
        for path in present:
            try:
                copies.put(path, slot, lines)
            except OSError as fault:
                faults.append(fault.strerror)
        if len(faults) == len(present):
            reason = faults[0] if faults else os.strerror(errno.ENOENT)
            raise StoreError(f"{self.paths[0]}: no departure can be kept ({reason}); {_REMEDY}")

    def _unite(self, *, thoroughly: bool = False) -> None:
        """Give every copy all facts. For copies that this process wrote, comparing their ends is
        enough."""
        present = self._present()
        headless = [path for path in present if copies.name_in(path) != self.name]
        missing = [path for path in self.paths if not path.exists() and path.parent.is_dir()]
        with copies.opened(present) as files:
            ends = [_last_line(file) for file in files]
        if len(set(ends)) <= 1 and not (missing or headless or thoroughly):
            return
        contents = [copies.octets(path) for path in present]
        whole = contents[0] if len(set(contents)) == 1 else b"".join(_united(contents))
        differing = [p for p, content in zip(present, contents, strict=True) if content != whole]
        for path in {*missing, *headless, *differing}:
            with suppress(OSError):  # it is united at the next writing
                copies.make(path, self.name, self.key, whole, self.held())

    def _present(self) -> list[Path]:
        """The existing copies, including those with a damaged head, but none of another project."""
        return [p for p in self.paths if p.exists() and copies.name_in(p) in ("", self.name)]

    def _condition(self, path: Path) -> Condition:
        if not path.exists():
            return Condition(path, fault="is missing")
        if (name := copies.name_in(path)) != self.name:
            return Condition(path, fault="belongs to another project" if name else "is damaged")
        if not copies.key_of(path):
            return Condition(path, fault="has no key beside it")
        content = copies.octets(path)
        lines = len(content) // SLOT
        whole = sum(fact_of(line) is not None for line in _slots(content))
        return Condition(path, whole, lines - whole)


def _last_line(file: int) -> tuple[int, bytes]:
    end = copies.used(file)
    return end, os.pread(file, SLOT, (HEAD + end - 1) * SLOT) if end else b""


def _slots(content: bytes) -> list[bytes]:
    """Whole slots; an incomplete one at the end is left out."""
    return [content[n : n + SLOT] for n in range(0, len(content) - SLOT + 1, SLOT)]


def _united(contents: Sequence[bytes]) -> list[bytes]:
    """All facts: each slot from the longest copy with an undamaged one, and at the end the facts that
    only other copies have."""
    ordered = sorted(map(_slots, contents), key=len, reverse=True)
    united: list[bytes] = []
    for slot in range(max(map(len, ordered), default=0)):
        there = [lines[slot] for lines in ordered if slot < len(lines)]
        united.append(next((line for line in there if fact_of(line)), there[0]))
    while united and not fact_of(united[-1]):  # damage after the last fact
        united.pop()
    known = set(united)
    extra = {line for lines in ordered for line in lines if line not in known and fact_of(line)}
    return united + sorted(extra, key=lambda line: line[4:20])


def _stat(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns
