"""A disk that loses its power: what it may hold afterwards, by the log of what was done to it.

The log is that of `benchmarks/power.c`. Kept is what was flushed; of the rest each sector holds any of the
octets that it has had since, each file any of the lengths, and each name leads where it has led at some
moment since its folder was flushed. Room that a file was given and that never reached the disk holds
zeros, or anything. Sectors have 512 or 4,096 octets and do not tear; a rename is whole or not at all.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

HEAD = struct.Struct("=QQQQ")


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log, and where in it that stands.

    `kind` is C, a new file; W, octets written from `number` on; T, a file cut or stretched to `number`; S,
    a flush of what stands before `number` in the log; U, a name lost; R, a rename; N, a note of a program
    that is watched, or of who watches.
    """

    position: int
    kind: str
    inode: int
    number: int
    octets: bytes


def entry(kind: str, inode: int, number: int, octets: bytes) -> bytes:
    """An event as the log has it."""
    return HEAD.pack(ord(kind), inode, number, len(octets)) + octets


def read(log: Path) -> Iterator[Event]:
    """All events, in order."""
    octets, at = log.read_bytes(), 0
    while at < len(octets):
        kind, inode, number, length = HEAD.unpack_from(octets, at)
        end = at + HEAD.size + length
        yield Event(at, chr(kind), inode, number, octets[at + HEAD.size : end])
        at = end


@dataclass(slots=True)
class _File:
    """What is on the disk for sure, and what was done since."""

    kept: bytearray
    since: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class _Change:
    """What became of names in one act: each leads to a file, or to none."""

    position: int
    names: dict[str, _File | None]

    @property
    def path(self) -> str:
        """The name that it is about."""
        return [*self.names][-1]


class Disk:
    """The files below a folder, all of them flushed when this is made."""

    def __init__(self, folder: Path) -> None:
        paths = [folder, *folder.rglob("*")]
        self._folders = {path.stat().st_ino: str(path) for path in paths if path.is_dir()}
        self._files = {
            str(path): (path.stat().st_ino, path.read_bytes()) for path in paths if path.is_file()
        }

    def after(self, events: Iterable[Event], chance: Random | None) -> dict[str, bytes]:
        """The files after a power loss at the end of those events; without chance, after none."""
        names: dict[str, _File | None] = {}
        files: dict[int, _File] = {}
        for path, (inode, octets) in self._files.items():
            names[path] = files[inode] = _File(bytearray(octets))
        now, changes = dict(names), list[_Change]()
        for event in events:
            if event.kind == "S" and event.inode in self._folders:
                folder = self._folders[event.inode]
                for change in [c for c in changes if _older(c, event) and _within(c, folder)]:
                    names |= change.names
                    changes.remove(change)
            elif event.kind == "S":
                file = files[event.inode]
                while file.since and _older(file.since[0], event):
                    _apply(file.kept, file.since.pop(0))
            elif event.kind in "WT":
                files[event.inode].since.append(event)
            elif event.kind in "CUR":
                if event.kind == "C":
                    files[event.inode] = _File(bytearray())
                changes.append(_Change(event.position, _named(event, now, files)))
                now |= changes[-1].names
        for change in changes if chance is None else _surviving(changes, chance):
            names |= change.names
        return {path: _left(file, chance) for path, file in names.items() if file is not None}


def _older(what: Event | _Change, flush: Event) -> bool:
    return what.position < flush.number


def _within(change: _Change, folder: str) -> bool:
    return any(str(Path(name).parent) == folder for name in change.names)


def _named(
    event: Event, now: dict[str, _File | None], files: dict[int, _File]
) -> dict[str, _File | None]:
    path = event.octets.decode()
    if event.kind == "C":
        return {path: files[event.inode]}
    if event.kind == "U":
        return {path: None}
    former, path = path.split("\0")
    return {former: None, path: now[former]}


def _surviving(changes: Sequence[_Change], chance: Random) -> Iterator[_Change]:
    """Of each name the first few changes: all, none or some. What is renamed goes by its new name."""
    goes_by = {name: change.path for change in changes for name in change.names}
    by_name: dict[str, list[_Change]] = {}
    for change in changes:
        by_name.setdefault(goes_by[change.path], []).append(change)
    for group in by_name.values():
        yield from group[: chance.choice((0, len(group), chance.randint(0, len(group))))]


def _apply(octets: bytearray, event: Event) -> None:
    """Do to the octets what was done to the file."""
    size = event.number if event.kind == "T" else event.number + len(event.octets)
    if event.kind == "T":
        del octets[size:]
    octets.extend(bytes(max(0, size - len(octets))))
    if event.kind == "W":
        octets[event.number : size] = event.octets


def _left(file: _File, chance: Random | None) -> bytes:
    """What is left of a file: all that was done to it, what is kept for sure, or anything between."""
    how = "all" if chance is None else chance.choice(("all", "none", "any", "any"))
    work = bytearray(file.kept)
    if how == "none":
        return bytes(work)
    if how == "all" or chance is None:
        for event in file.since:
            _apply(work, event)
        return bytes(work)
    sector = chance.choice((512, 4096))
    garbage = chance.random() < 0.5
    sizes, versions = [len(work)], dict[int, list[bytes]]()
    for event in file.since:
        _apply(work, event)
        sizes.append(len(work))
        last = event.number + len(event.octets)
        for at in range(event.number // sector * sector, last, sector):
            kept = bytes(file.kept[at : at + sector])
            fill = chance.randbytes(sector) if garbage else bytes(sector)
            versions.setdefault(at, [kept + fill[len(kept) :]])
            versions[at].append(bytes(work[at : at + sector]))
    size = chance.choice(sizes)
    left = bytearray(file.kept[:size].ljust(size, b"\0"))
    for at, octets in versions.items():
        piece = chance.choice(octets).ljust(sector, b"\0")[: max(0, size - at)]
        left[at : at + len(piece)] = piece
    return bytes(left)
