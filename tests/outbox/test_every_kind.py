"""Every kind of mail at once, under kill -9: the short form of `python -m benchmarks.every_kind`.

Real sends of a month, a special alert and welcomes, with a window that is closed, two recalls, reissues, a
correction and kills in between; the relay's log is held against the promise. Then the log is falsified, to
see that each broken promise would be found.
"""

from dataclasses import replace
from pathlib import Path

from benchmarks.every_kind import Kinds, Plan, lived, what
from tests.relay import Relay, Taken


def test_each_reader_has_one_version_once_of_each_kind_and_a_broken_promise_is_found(
    tmp_path: Path,
) -> None:
    plan = Plan(3, readers=30, connections=2, in_doubt="resend", rounds=1, closed=True, delay=0.005)
    with lived(tmp_path, plan) as (one, relay):
        one.judge(relay, plan.in_doubt)
        assert one.found.faults == []
        counted = one.found.counted
        assert counted["recalls"] >= 2
        assert counted["reissues"] >= 2
        assert counted["corrections"] == 1
        assert counted["waited for a window"] > 0
        kinds = {what(taken.octets)[0] for taken in relay.inbox}
        assert kinds == {"month", "special", "welcome", "correction"}
        for name in (
            "lost",
            "two versions",
            "a correction to",
            "welcomes",
            "begun after the recall",
        ):
            assert any(name in fault for fault in _falsified(one, relay, name)), name


def _falsified(one: Kinds, relay: Relay, how: str) -> list[str]:
    """What is found in a log in which that promise is broken."""
    kept, begun, wrong = list(relay.inbox), {**one.begun}, one.wrong
    sure = next(t for t in kept if what(t.octets)[0] == "month" and _once(kept, t))
    try:
        if how == "lost":
            relay.inbox.remove(sure)
        elif how == "two versions":
            relay.inbox.append(
                replace(sure, octets=sure.octets.replace(b"Number", b"Number 9z Number", 1))
            )
        elif how == "a correction to":
            one.wrong = set()
        elif how == "welcomes":
            relay.inbox.append(next(t for t in kept if what(t.octets)[0] == "welcome"))
        else:
            recalled = [t for t in kept if what(t.octets) == ("month", 1)][:3]
            one.begun = {**one.begun, **dict.fromkeys((t.recipient for t in recalled), [1e12] * 9)}
            one.doubtful = set()
        one.found.faults.clear()
        one.judge(relay, "resend")
        return list(one.found.faults)
    finally:
        relay.inbox[:], one.begun, one.wrong = kept, begun, wrong


def _once(inbox: list[Taken], one: Taken) -> bool:
    return sum(t.recipient == one.recipient and what(t.octets)[0] == "month" for t in inbox) == 1
