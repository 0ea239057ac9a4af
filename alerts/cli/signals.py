"""Handles SIGTERM and Ctrl-C as a request to stop, for commands that first finish their work in
progress."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT while the block runs."""
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop()) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def until_stopped() -> Iterator[Callable[[], None]]:
    """Yield a function that returns once SIGTERM or SIGINT has come since the block began.

    A pipe wakes it. An exception that a handler raises could be caught by the code that it interrupts
    (APScheduler does so while it submits a job), and an event that a handler sets could wait for a lock
    that this code holds.
    """
    heard, told = os.pipe()

    def stop() -> None:
        os.write(told, b"!")

    def wait() -> None:
        os.read(heard, 1)

    try:
        with stopping(stop):
            yield wait
    finally:
        os.close(heard)
        os.close(told)
