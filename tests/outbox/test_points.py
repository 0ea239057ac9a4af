"""A kill at every named point of a send, short form of `python -m benchmarks.points` (T2; P1, P2, P3)."""

from collections.abc import Iterator

import pytest

from benchmarks.points import WEB_STEPS, Field, field, points
from tests.mortal import STEPS


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with field(tmp_path_factory.mktemp("points")) as ready:
        yield ready


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_t2_a_kill_at_any_step_loses_nobody_and_leaves_at_most_one_in_doubt(
    place: Field, step: str, when: str
) -> None:
    found = list(points(place.kill, step, when, (1, 2, 6)))
    assert len(found) >= 2, "the step must be reached to prove anything"
    assert not [(one.nth, one.faults) for one in found if one.faults]
    if (step, when) in {("receipt", "after"), ("flush", "before"), ("cut", "after")}:
        assert not any(one.repeated for one in found), "what has a receipt is not sent again"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", WEB_STEPS)
def test_a_visit_killed_over_the_receipts_of_a_killed_send_doubles_nobody(
    place: Field, step: str, when: str
) -> None:
    found = list(points(place.kill_visit, step, when, (1, 2)))
    assert found, "the step must be reached to prove anything"
    assert not [(one.nth, one.faults) for one in found if one.faults]
    assert not any(one.repeated > one.held for one in found)
