"""Flushes a file that is appended to: at once where that is quick, else in threads beside the writer.

A flush that takes 20 ms, as on disks behind a network, would hold up every connection of a send. So there
several run at a time: each makes durable what was written before it began, and the writer goes on meanwhile
(docs/adr/0053-flushes-beside-sending.md).
"""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue

_AT_A_TIME = 8
_SLOW, _QUICK = 0.002, 0.0005  # seconds; the medians at which it goes over to threads, and back
_WATCHED = 8  # the last flushes, of which it takes the median


class Flushes:
    """The flushes of one open file. What is written is numbered by the writer, from 1, increasing.

    `woken` is called, in another thread, when a flush has ended. `fault` is that of a flush that failed:
    then what was written since `done` must be made durable in another way.
    """

    def __init__(self, file: int, woken: Callable[[], None], steady: Callable[[], float]) -> None:
        """`steady` gives seconds that only grow, from any thread."""
        self._file, self._woken, self._steady = file, woken, steady
        self.done = 0  # the highest number that is on disk, with all before it
        self.fault: OSError | None = None
        self._written = self._begun = 0
        self._took: deque[float] = deque(maxlen=_WATCHED)
        self._threads: ThreadPoolExecutor | None = None
        self._running = 0
        self._ended: SimpleQueue[tuple[int, float, OSError | None]] = SimpleQueue()

    @property
    def beside(self) -> bool:
        """Whether they run in threads now."""
        return self._threads is not None

    def written(self, number: int) -> None:
        """Flush what was written up to that number, or begin to."""
        self._written = number
        self.go_on()

    def go_on(self) -> None:
        """Note the flushes that have ended, and begin the next one if there is something to flush."""
        with suppress(Empty):
            while self._running:
                ended = self._ended.get_nowait()
                self._running -= 1
                self._note(*ended)
        if self._begun >= self._written or self._running >= _AT_A_TIME:
            return
        self._begun = self._written
        if self._threads is None:
            self._note(self._written, *self._flush())
        else:
            self._running += 1
            self._threads.submit(self._run, self._written)

    def durable(self, number: int) -> None:
        """What was written up to that number has become durable in another way."""
        self.done = max(self.done, number)
        self._begun = max(self._begun, number)
        self.fault = None

    def close(self) -> None:
        """Wait for the flushes that run; the file stays open."""
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None

    def _run(self, number: int) -> None:
        self._ended.put((number, *self._flush()))
        self._woken()

    def _flush(self) -> tuple[float, OSError | None]:
        """Flush; returns how long that took in seconds, and its fault."""
        begun = self._steady()
        try:
            os.fdatasync(self._file)
        except OSError as fault:
            return self._steady() - begun, fault
        return self._steady() - begun, None

    def _note(self, number: int, took: float, fault: OSError | None) -> None:
        if fault is not None:
            self.fault = fault
            return
        self.done = max(self.done, number)
        self._took.append(took)
        if len(self._took) < _WATCHED:
            return
        median = sorted(self._took)[_WATCHED // 2]
        if self._threads is None and median > _SLOW:
            self._threads = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="flush")
        elif self._threads is not None and median < _QUICK and not self._running:
            self.close()
