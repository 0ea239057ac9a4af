"""Older databases put back at random moments, a short form of `benchmarks.restores`."""

from pathlib import Path

import pytest

from benchmarks.restores import run


@pytest.mark.parametrize("seed", [1, 6, 8])
def test_nobody_is_mailed_who_left_before_any_of_some_restores(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    counted = run(seed, 4, Path(tmp_path))
    assert counted["mailed after leaving"] == 0
    assert counted["never left and not mailed"] == 0
    assert counted["issues"] == 4
    assert counted["copies owed"] > 0
