"""When a deferred delivery is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.domain.delivery import RetryPolicy
from alerts.outbox.backoff import next_attempt

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
durations = st.timedeltas(timedelta(seconds=1), timedelta(days=2))


@settings(deadline=None)
@given(
    durations,
    durations,
    st.timedeltas(timedelta(minutes=1), timedelta(days=10)),
    st.floats(0, 0.999),
)
def test_waits_grow_are_bounded_and_end(
    first: timedelta, longest: timedelta, give_up_after: timedelta, chance: float
) -> None:
    policy = RetryPolicy(first, longest, give_up_after)
    waited, before = timedelta(), timedelta()
    for attempts in range(1, 102):
        due = next_attempt(policy, attempts, NOW, chance)
        if due is None:
            break
        wait = due - NOW
        assert timedelta() < wait <= max(longest, first)
        assert wait >= before or wait <= longest
        assert wait <= longest
        before, waited = wait, waited + wait
    else:
        raise AssertionError("never given up")
    assert attempts > 1
    assert waited <= give_up_after + longest


def test_the_default_keeps_on_for_days_rfc_5321() -> None:
    attempts, waited = 1, timedelta()
    while due := next_attempt(RetryPolicy(), attempts, NOW, 0.0):
        waited, attempts = waited + (due - NOW), attempts + 1
    assert timedelta(days=4) <= waited <= timedelta(days=4, hours=6)
    assert 15 < attempts < 25
