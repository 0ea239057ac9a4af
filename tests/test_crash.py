"""kill -9 in mid-send, restarted until done: nobody is lost, and who is mailed twice gets the same octets.

The sender is the real command in a process of its own; the relay is another process that logs what it
accepted (rule T1). The long form, over hundreds of kills, is `python -m benchmarks.crash`.
"""

from pathlib import Path

import pytest

from benchmarks.crash import Trial, trial


@pytest.mark.parametrize("seed", range(4))
def test_a_kill_loses_nobody_and_repeats_only_what_was_in_doubt_t1(
    tmp_path: Path, seed: int
) -> None:
    found = trial(tmp_path, seed=seed, readers=120, connections=3, kills=4, in_doubt="resend")
    _holds(found, connections=3)
    assert found.open == 0


@pytest.mark.parametrize("seed", range(2))
def test_with_hold_nobody_is_mailed_twice_and_each_held_row_is_listed_t1(
    tmp_path: Path, seed: int
) -> None:
    found = trial(tmp_path, seed=100 + seed, readers=120, connections=3, kills=4, in_doubt="hold")
    assert found.duplicates == 0
    assert not found.missing - found.held, "lost and not listed"


def test_sigterm_leaves_nothing_in_doubt_t3(tmp_path: Path) -> None:
    found = trial(
        tmp_path, seed=7, readers=120, connections=3, kills=4, in_doubt="hold", sigterm=True
    )
    assert found.duplicates == 0
    assert not found.held
    assert not found.missing


def _holds(found: Trial, connections: int) -> None:
    assert found.kills >= 2, "the kills must land in mid-send to prove anything"
    assert not found.missing
    assert found.duplicates <= found.kills * connections
    assert found.differing == 0, "a repeat has the same Message-ID and the same octets"
    assert found.integrity == "ok"
