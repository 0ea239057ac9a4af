"""A request to stop is never lost, whatever code it interrupts."""

import os
import signal
import threading
from contextlib import suppress

import pytest

from alerts.cli.signals import stopping, until_stopped

SIGNALS = (signal.SIGTERM, signal.SIGINT)
WAIT = 20  # seconds after which a request was lost


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_before_the_wait_ends_it_though_all_exceptions_are_caught(number: int) -> None:
    """As APScheduler catches them while it submits a job."""
    before = [signal.getsignal(one) for one in SIGNALS]
    with until_stopped() as until:
        with suppress(BaseException):
            os.kill(os.getpid(), number)
        until()
    assert [signal.getsignal(one) for one in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_does_not_interrupt_the_wait_ends_it(number: int) -> None:
    """It reached another thread, or came just before the wait began: no system call is cut short by it."""
    lost = threading.Event()

    def again() -> None:
        lost.set()
        os.kill(os.getpid(), number)

    with until_stopped() as until:
        watch = threading.Timer(WAIT, again)
        watch.start()
        sender = threading.Timer(0.2, lambda: signal.pthread_kill(threading.get_ident(), number))
        sender.start()
        until()
        watch.cancel()
        sender.join()
        watch.join()
    assert not lost.is_set()


def test_a_stop_that_wants_a_lock_gets_it_when_the_code_that_holds_it_is_done() -> None:
    """As `threading.Event.set` does, where the signal comes while the same event begins to wait."""
    lock, stopped = threading.Lock(), threading.Event()

    def stop() -> None:
        if lock.acquire(timeout=WAIT):
            lock.release()
            stopped.set()

    with stopping(stop):
        with lock:
            os.kill(os.getpid(), signal.SIGTERM)
            assert not stopped.wait(0.05)
        assert stopped.wait(WAIT)


def test_other_signals_stop_nothing() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    stopped = threading.Event()
    try:
        with stopping(stopped.set):
            os.kill(os.getpid(), signal.SIGUSR1)
            assert not stopped.wait(0.05)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == [signal.SIGUSR1]
