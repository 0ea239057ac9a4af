"""A file appears complete, or not at all."""

from pathlib import Path

import pytest

from alerts.text.atomic_file import atomic_file


@pytest.mark.parametrize("durable", [False, True])
def test_it_appears_whole_when_the_block_ends(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"before")
    with atomic_file(path, 0o640, durable=durable) as out:
        out.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_fault_leaves_the_former_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"before")
    with pytest.raises(ValueError, match="half-way"):
        _break_off(path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def _break_off(path: Path) -> None:
    with atomic_file(path) as out:
        out.write(b"after")
        raise ValueError("half-way")
