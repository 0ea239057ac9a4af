"""Flushes of a file that is appended to: inline while they are quick, else beside the writer."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.store.flushes import Flushes


class Disk:
    """Flushes that take as long as `seconds` says, or until they are let go, or fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds, self.fault = 0.004, False
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()
        monkeypatch.setattr(os, "fdatasync", self.fdatasync)

    def fdatasync(self, file: int) -> None:
        self.begun.release()
        time.sleep(self.seconds)
        assert self.go.wait(30)
        if self.fault:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def woken() -> threading.Semaphore:
    return threading.Semaphore(0)


@pytest.fixture
def flushes(tmp_path: Path, woken: threading.Semaphore) -> Iterator[Flushes]:
    with (tmp_path / "receipts").open("wb") as file:
        found = Flushes(file.fileno(), woken.release, time.perf_counter)
        yield found
        found.close()


def slowed(flushes: Flushes) -> int:
    """Write until flushes run beside the writer; returns the last number."""
    for number in range(1, 9):
        assert not flushes.beside
        flushes.written(number)
        assert flushes.done == number
    assert flushes.beside
    return 8


def test_quick_flushes_are_done_when_written_returns(disk: Disk, flushes: Flushes) -> None:
    disk.seconds = 0
    for number in range(1, 30):
        flushes.written(number)
        assert flushes.done == number
        assert not flushes.beside


def test_slow_ones_run_beside_each_other_and_each_makes_durable_what_was_before_it(
    disk: Disk, flushes: Flushes, woken: threading.Semaphore
) -> None:
    last = slowed(flushes)
    disk.begun = threading.Semaphore(0)
    disk.go.clear()
    for number in (last + 1, last + 2):
        flushes.written(number)
        assert disk.begun.acquire(timeout=30), "it does not wait for the one before it"
    assert flushes.done == last
    disk.go.set()
    while flushes.done < last + 2:
        assert woken.acquire(timeout=30)
        flushes.go_on()
    assert flushes.fault is None


def test_what_was_written_while_all_flushes_run_is_flushed_by_the_next(
    disk: Disk, flushes: Flushes, woken: threading.Semaphore
) -> None:
    last = slowed(flushes)
    disk.go.clear()
    for number in range(last + 1, last + 21):
        flushes.written(number)
    disk.go.set()
    while flushes.done < last + 20:
        assert woken.acquire(timeout=30)
        flushes.go_on()


def test_they_are_inline_again_once_the_disk_is_quick(
    disk: Disk, flushes: Flushes, woken: threading.Semaphore
) -> None:
    number = slowed(flushes)
    disk.seconds = 0
    while flushes.beside:
        number += 1
        flushes.written(number)
        assert woken.acquire(timeout=30)
        flushes.go_on()
        assert number < 10_000, "it stays beside the writer"
    flushes.written(number + 1)
    assert flushes.done == number + 1


@pytest.mark.parametrize("slow", [False, True])
def test_a_failed_flush_is_a_fault_until_it_is_durable_in_another_way(
    disk: Disk, flushes: Flushes, woken: threading.Semaphore, slow: bool
) -> None:
    last = slowed(flushes) if slow else 0
    disk.fault = True
    flushes.written(last + 1)
    if slow:
        assert woken.acquire(timeout=30)
        flushes.go_on()
    assert isinstance(flushes.fault, OSError)
    assert flushes.done == last
    flushes.durable(last + 1)
    assert flushes.fault is None
    assert flushes.done == last + 1
