"""Handles SIGTERM and Ctrl-C as a request to stop, for commands that first finish their work in
progress."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STOPS = (signal.SIGTERM, signal.SIGINT)
_OVER = b"\0"  # no signal has this number


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop`, in a thread of its own, on SIGTERM and SIGINT while the block runs.

    Python runs a handler in the main thread, between two of its instructions: too late where that thread
    has just begun to wait, and never where `stop` wants a lock that it holds. So the handler does nothing;
    Python writes the number of each signal to a pipe as it arrives (`signal.set_wakeup_fd`), and the
    thread reads it. Call it in the main thread.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)

    def listen() -> None:
        while (number := os.read(heard, 1)) != _OVER:
            if number[0] in _STOPS:
                stop()

    listener = threading.Thread(target=listen, name="signals", daemon=True)
    listener.start()
    before = [signal.signal(number, lambda *_: None) for number in _STOPS]
    former = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(former)
        for number, handler in zip(_STOPS, before, strict=True):
            signal.signal(number, handler)
        os.set_blocking(told, True)
        os.write(told, _OVER)
        listener.join()
        os.close(heard)
        os.close(told)


@contextmanager
def until_stopped() -> Iterator[Callable[[], object]]:
    """Yield a function that returns once SIGTERM or SIGINT has come since the block began."""
    stopped = threading.Event()
    with stopping(stopped.set):
        yield stopped.wait
