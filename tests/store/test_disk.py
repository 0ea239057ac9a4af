"""The disk that loses its power (disk.py): what was flushed stays, of the rest anything may be left."""

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.disk import Disk, Event, entry, read

SEEDS = 300


class Log:
    """A log as power.c writes it, of what is done to one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._octets = folder, b""
        self._inode = 1_000_000_000

    def add(self, kind: str, inode: int = 0, number: int = 0, octets: bytes = b"") -> None:
        self._octets += entry(kind, inode, number, octets)

    def create(self, name: str) -> int:
        self._inode += 1
        self.add("C", self._inode, 0, str(self.folder / name).encode())
        return self._inode

    def flush(self, inode: int) -> None:
        self.add("S", inode, len(self._octets))

    def events(self) -> list[Event]:
        path = self.folder.parent / "log"
        path.write_bytes(self._octets)
        return list(read(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "old").write_bytes(b"o" * 1024)
    return folder


def left(log: Log, disk: Disk, name: str) -> Counter[bytes | None]:
    """What may be left of a file, and how often."""
    path, events = str(log.folder / name), log.events()
    return Counter(disk.after(events, Random(seed)).get(path) for seed in range(SEEDS))


def test_what_was_flushed_is_always_there_and_what_was_not_is_often_not(folder: Path) -> None:
    disk, log = Disk(folder), Log(folder)
    old = os.stat(folder / "old").st_ino
    log.add("W", old, 0, b"a" * 1024)
    log.flush(old)
    assert left(log, disk, "old") == {b"a" * 1024: SEEDS}
    log.add("W", old, 0, b"b" * 1024)
    found = left(log, disk, "old")
    a, b = b"a" * 512, b"b" * 512
    assert set(found) == {a + a, a + b, b + a, b + b}, "old, torn in both ways, new; nothing else"


def test_a_flush_keeps_only_what_was_there_when_it_began(folder: Path) -> None:
    disk, log = Disk(folder), Log(folder)
    old = os.stat(folder / "old").st_ino
    log.add("W", old, 0, b"a" * 512)
    began = log.events()[-1].position + 1
    log.add("W", old, 512, b"b" * 512)
    log.add("S", old, began)
    assert set(left(log, disk, "old")) == {b"a" * 512 + b"o" * 512, b"a" * 512 + b"b" * 512}


def test_a_name_is_there_for_sure_once_its_folder_was_flushed(folder: Path) -> None:
    disk, log = Disk(folder), Log(folder)
    new = log.create("new")
    log.add("W", new, 0, b"n")
    log.flush(new)
    assert set(left(log, disk, "new")) == {None, b"n"}
    log.flush(folder.stat().st_ino)
    assert set(left(log, disk, "new")) == {b"n"}
    log.add("U", octets=str(folder / "new").encode())
    assert set(left(log, disk, "new")) == {None, b"n"}


def test_a_rename_is_whole_or_not_at_all(folder: Path) -> None:
    disk, log = Disk(folder), Log(folder)
    new = log.create("new")
    log.add("W", new, 0, b"n")
    log.flush(new)
    log.add("R", octets=f"{folder / 'new'}\0{folder / 'old'}".encode())
    found = [disk.after(log.events(), Random(seed)) for seed in range(SEEDS)]
    states = {(one.get(str(folder / "new")), one[str(folder / "old")][:1]) for one in found}
    assert states == {(None, b"o"), (b"n", b"o"), (None, b"n")}


def test_a_file_that_grew_may_hold_anything_where_nothing_was_flushed(folder: Path) -> None:
    disk, log = Disk(folder), Log(folder)
    old = os.stat(folder / "old").st_ino
    log.add("W", old, 1024, b"a" * 512)
    log.add("T", old, 0)
    found = left(log, disk, "old")
    assert {len(octets or b"") for octets in found} == {0, 1024, 1536}
    ends = {(octets or b"")[1024:] for octets in found}
    assert len(ends) > 10, "zeros, what was written, or garbage"
    without = disk.after(log.events(), None)
    assert without == {str(folder / "old"): b""}, "without a power loss, what was done"
