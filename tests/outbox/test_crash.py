"""kill -9 in mid-send, restarted until done: nobody is lost, and who is mailed twice gets the same octets.

The sender is the real command in a process of its own; the relay is another process that logs what it
accepted. What holds is said in `benchmarks.crash.faults`; the long form, over a thousand kills, is
`python -m benchmarks.crash`.
"""

import signal
from pathlib import Path

import pytest

from benchmarks.crash import faults, trial


@pytest.mark.parametrize("in_doubt", ["resend", "hold"])
@pytest.mark.parametrize(("connections", "delay"), [(1, 0), (4, 0), (4, 10)])
def test_a_kill_loses_nobody_and_repeats_or_holds_only_what_was_in_doubt_t1(
    tmp_path: Path, connections: int, delay: int, in_doubt: str
) -> None:
    """P1, P2, P3: 4 kills each."""
    found = trial(
        tmp_path,
        seed=connections + delay,
        readers=300,
        connections=connections,
        kills=4,
        in_doubt=in_doubt,
        delay=delay,
    )
    assert found.kills >= 2, "the kills must land in mid-send to prove anything"
    assert not faults(found, connections=connections, in_doubt=in_doubt)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_nothing_in_doubt_t3(tmp_path: Path, number: signal.Signals) -> None:
    """P2: SIGTERM and Ctrl-C repeat nothing and leave nothing in doubt, whenever they come."""
    found = trial(
        tmp_path, seed=7, readers=300, connections=4, kills=6, in_doubt="hold", number=number
    )
    assert found.kills >= 3
    assert not faults(found, connections=4, in_doubt="hold", number=number)
    assert not found.missing


def test_who_leaves_gets_nothing_when_an_older_database_is_put_back(tmp_path: Path) -> None:
    """P8: everybody is owed a copy in it, and an admin has all of them sent again."""
    found = trial(
        tmp_path, seed=3, readers=40, connections=2, kills=0, in_doubt="hold", put_back="in place"
    )
    assert not faults(found, connections=2, in_doubt="hold")
    assert found.mailed_again >= 30
