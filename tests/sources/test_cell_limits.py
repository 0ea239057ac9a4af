"""A part of a document that takes too long ends in time, whatever Python was at."""

import gc
from collections.abc import Iterator

import pytest

from alerts.sources.cell.limits import TookTooLong, within


def _spin(*_: object) -> None:
    for _number in range(100_000):
        pass


def _work() -> None:
    for _number in range(500):
        gc.collect(0)
        _spin()


@pytest.fixture
def collected_slowly() -> Iterator[None]:
    """Nearly all time is spent in a callback of the garbage collector, which loses what is raised there."""
    gc.callbacks.append(_spin)
    yield
    gc.callbacks.remove(_spin)


@pytest.mark.usefixtures("collected_slowly")
def test_time_that_runs_out_where_python_drops_exceptions_still_ends_the_block() -> None:
    """And no word of it is printed: warnings are errors here."""
    with pytest.raises(TookTooLong), within(0.02):
        _work()
