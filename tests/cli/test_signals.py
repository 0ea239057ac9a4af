"""A request to stop is never lost, whatever code it interrupts."""

import os
import signal
from contextlib import suppress

import pytest

from alerts.cli.signals import until_stopped

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_before_the_wait_ends_it_though_all_exceptions_are_caught(number: int) -> None:
    """As APScheduler catches them while it submits a job."""
    before = [signal.getsignal(one) for one in SIGNALS]
    with until_stopped() as until:
        with suppress(BaseException):
            os.kill(os.getpid(), number)
        until()
    assert [signal.getsignal(one) for one in SIGNALS] == before
